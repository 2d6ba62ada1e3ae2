package io.drover.multinode.simulation.fleet;

import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Side;
import io.drover.agent.supervision.GuestOrder;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.TargetPrepared;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferTicket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The ends of migrations that one VM has on a simulated host, as the agent's own. */
final class SimulatedEnds {
  static final OrderResult DONE = OrderResult.newBuilder().setDone(Done.newBuilder()).build();

  private static final String LOST = "not under way on this host any more";

  private Optional<Outgoing> outgoing = Optional.empty();
  private Optional<Incoming> incoming = Optional.empty();
  private String incomingFailure = LOST;

  // ---- the target's

  void receive(Incoming made) {
    incoming = Optional.of(made);
    incomingFailure = LOST;
  }

  /** A paused guest without its stream was complete when an earlier agent died. */
  boolean isComplete() {
    return incoming.isEmpty() || incoming.get().ready().isPresent();
  }

  Optional<TargetReady> ready() {
    return incoming.flatMap(Incoming::ready);
  }

  OrderResult ticket() {
    if (incoming.isEmpty() || !incoming.get().failure().isEmpty()) {
      return SimulatedAgent.failed(
          Code.TRANSFER_FAILED, incoming.map(Incoming::failure).orElse(incomingFailure));
    }
    var ticket = incoming.get().ticket();
    return OrderResult.newBuilder()
        .setTargetPrepared(
            TargetPrepared.newBuilder()
                .setTicket(
                    TransferTicket.newBuilder()
                        .setEndpoint(ticket.endpoint())
                        .setStreamId(ticket.streamId())
                        .setToken(ticket.token())))
        .build();
  }

  /** Whether there was a broken one, whose guest is of no use to anybody. */
  boolean dropBroken() {
    Optional<String> failure = incoming.map(Incoming::failure).filter(f -> !f.isEmpty());
    failure.ifPresent(f -> {
      incomingFailure = f;
      endIncoming();
    });
    return failure.isPresent();
  }

  void endIncoming() {
    incoming.ifPresent(Incoming::end);
    incoming = Optional.empty();
  }

  // ---- the source's

  void send(Outgoing made) {
    outgoing = Optional.of(made);
  }

  OrderResult sending() {
    String failure = outgoing.map(Outgoing::failure).orElse(LOST);
    return failure.isEmpty() ? DONE : SimulatedAgent.failed(Code.TRANSFER_FAILED, failure);
  }

  void stopAndCopy(GuestOrder.StopAndCopy order, Consumer<OrderResult> reply) {
    Duration deadline = order.deadline();
    outgoing.ifPresentOrElse(
        o -> o.stopAndCopy(deadline, reply),
        () -> reply.accept(SimulatedAgent.failed(Code.NO_SUCH_TRANSFER, LOST)));
  }

  // ---- both

  /** Why it cannot go on; empty when it can. */
  String failure(MigrationMark mark) {
    return mark.side() == Side.SOURCE
        ? outgoing.map(Outgoing::failure).orElse(LOST)
        : incoming.map(Incoming::failure).orElse(incomingFailure);
  }

  void end(String reason) {
    outgoing.ifPresent(o -> o.end(reason));
    outgoing = Optional.empty();
    endIncoming();
  }
}
