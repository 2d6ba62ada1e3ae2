package io.drover.multinode.simulation.fleet;

import io.drover.agent.store.VmRecord.Side;
import io.drover.agent.supervision.GuestOrder;
import io.drover.config.units.MigrationId;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.RoundReported;
import io.drover.protocol.v1.SourceStopped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The source's end of one migration: rounds, then the guest paused and the rest. */
final class Outgoing {
  private static final Duration ROUND_LEAST = Duration.ofMillis(80);
  private static final Duration ROUND_MOST = Duration.ofSeconds(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
  private static final Duration PEER_GONE = Duration.ofSeconds(4);
  private static final double SPOILED = 0.04;
  private static final double LAST_WORD_LOST = 0.05;

  private final SimulatedAgent agent;
  private final GuestPlace place;
  private final SimulatedGuest guest;
  private final GuestOrder.Send order;
  private final Incoming target;
  private final int converges;
  private int round;
  private Duration stalled = Duration.ZERO;
  private Optional<Duration> stopBy = Optional.empty();
  private final List<Consumer<OrderResult>> stopReplies = new ArrayList<>();
  private Optional<OrderResult> stopResult = Optional.empty();
  private String failure = "";
  private boolean ended;

  Outgoing(
      SimulatedAgent agent,
      GuestPlace place,
      SimulatedGuest guest,
      GuestOrder.Send order,
      Incoming target) {
    this.agent = agent;
    this.place = place;
    this.guest = guest;
    this.order = order;
    this.target = target;
    this.converges = agent.loop().chance(0.15) ? Integer.MAX_VALUE : 1 + agent.loop().below(3);
    nextRound();
  }

  MigrationId migration() {
    return order.migration();
  }

  String failure() {
    return failure;
  }

  /** By order: nothing is sent any more; the guest is left as it is. */
  void end(String reason) {
    if (!ended) {
      ended = true;
      failure = reason;
      tellTarget("the source gave it up: " + reason);
      answer(failed(Code.TRANSFER_FAILED, reason));
    }
  }

  /** Repeatable: the first deadline holds. */
  void stopAndCopy(Duration deadline, Consumer<OrderResult> reply) {
    if (stopResult.isPresent()) {
      reply.accept(stopResult.get());
      return;
    }
    stopReplies.add(reply);
    if (stopBy.isEmpty()) {
      stopBy = Optional.of(agent.loop().elapsed().plus(deadline));
    }
  }

  private void nextRound() {
    agent.later(agent.loop().between(ROUND_LEAST, ROUND_MOST), this::roundEnds);
  }

  private boolean isOver() {
    return ended || !failure.isEmpty() || stopResult.isPresent();
  }

  private void roundEnds() {
    if (isOver()) {
      return;
    }
    if (!reaches()) {
      stall();
    } else if (stopBy.isPresent()) {
      guest.pause();
      place.changed();
      agent.later(agent.loop().between(Duration.ofMillis(5), Duration.ofMillis(300)), this::finish);
    } else {
      stalled = Duration.ZERO;
      report();
      round++;
      nextRound();
    }
  }

  private void stall() {
    stalled = stalled.plus(LOOK_AGAIN);
    boolean late = stopBy.filter(by -> by.compareTo(agent.loop().elapsed()) <= 0).isPresent();
    if (late) {
      breaks("not stopped and copied in time", Code.DEADLINE_EXCEEDED);
    } else if (!target.isOpen() || stalled.compareTo(order.outageBudget()) > 0) {
      breaks("the stream broke", Code.TRANSFER_FAILED);
    } else {
      agent.later(LOOK_AGAIN, this::roundEnds);
    }
  }

  private boolean reaches() {
    return target.isOpen() && agent.fleet().reach(agent.name(), target.agent().name());
  }

  private void report() {
    boolean short1 = round + 1 >= converges;
    place
        .voice()
        .say(b ->
            b.setRoundReported(
                RoundReported.newBuilder()
                    .setMigrationId(order.migration().text())
                    .setRound(round)
                    .setSentPages(1000)
                    .setSentBytes(4_096_000)
                    .setRemainingPages(short1 ? 10 : 5000)
                    .setDirtyPagesPerS(short1 ? 10 : 9000)
                    .setBandwidthBytesPerS(100_000_000)
                    .setDurationUs(200_000)
                    .setPredictedBlackoutUs(short1 ? 60_000 : 4_000_000)));
  }

  private void finish() {
    if (isOver()) {
      return;
    }
    if (!reaches()) {
      boolean late = stopBy.filter(by -> by.compareTo(agent.loop().elapsed()) <= 0).isPresent();
      if (late || !target.isOpen()) {
        breaks("the rest did not arrive", Code.DEADLINE_EXCEEDED);
      } else {
        agent.later(LOOK_AGAIN, this::finish);
      }
      return;
    }
    boolean spoiled = agent.loop().chance(SPOILED);
    String digest = "%032x".formatted(agent.loop().bits());
    target.complete(spoiled ? "%032x".formatted(agent.loop().bits()) : digest, spoiled);
    if (agent.loop().chance(LAST_WORD_LOST)) {
      breaks("the target's answer did not come", Code.TRANSFER_FAILED); // and yet it has it all
      return;
    }
    answer(OrderResult.newBuilder().setSourceStopped(stopped(digest)).build());
  }

  private SourceStopped stopped(String digest) {
    return SourceStopped.newBuilder()
        .setDigest(digest)
        .setPausedAtUs(agent.wallMicros())
        .setFinalPages(10)
        .setFinalBytes(40_960)
        .setDeviceStateBytes(1_000)
        .setTotalBytes(8_192_000)
        .setPauseUs(1_000)
        .setFinalCopyUs(20_000)
        .setDeviceStateUs(2_000)
        .build();
  }

  private void breaks(String reason, Code code) {
    failure = reason;
    tellTarget("the source is gone: " + reason);
    answer(failed(code, reason));
    place.transferBroke(order.migration(), Side.SOURCE, reason);
  }

  /** The target hears of it at once, or by silence. */
  private void tellTarget(String reason) {
    agent.loop().after(PEER_GONE, () -> target.agent().run(() -> target.fail(reason)));
  }

  private void answer(OrderResult result) {
    stopResult = Optional.of(result);
    stopReplies.forEach(r -> r.accept(result));
    stopReplies.clear();
  }

  private static OrderResult failed(Code code, String reason) {
    return SimulatedAgent.failed(code, reason);
  }
}
