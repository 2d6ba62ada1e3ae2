package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.Side;
import io.drover.agent.supervision.GuestOrder;
import io.drover.agent.supervision.OrderPlan;
import io.drover.agent.supervision.Phase;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.TargetReady;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One VM on a simulated host, as the agent's {@code LocalGuest}: orders one after the other, each
 * decided by the shipped {@link OrderPlan}; the record on disk first, then the guest. Between the
 * two some time passes, in which the agent may die.
 */
final class GuestPlace {
  private static final Duration ACT_MOST = Duration.ofMillis(30);
  private static final Duration BOOT_MOST = Duration.ofMillis(1500);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final double BOOT_FAILURE = 0.02;

  private final VmId vm;
  private final SimulatedAgent agent;
  private final Turns turns = new Turns(this::changed);
  private final SimulatedEnds ends = new SimulatedEnds();
  private final PlaceVoice voice;
  private VmRecord record;
  private final HeldGuest held;

  GuestPlace(VmId vm, SimulatedAgent agent) {
    this.vm = vm;
    this.agent = agent;
    this.voice = new PlaceVoice(vm, agent);
    this.held = new HeldGuest(agent);
    this.record = agent.store().vm(vm);
  }

  // ---- after a restart of the agent

  void adopt(SimulatedGuest found) {
    held.adopt(found, record.isRestartable());
    boolean mayRun = OrderPlan.mayRun(record) && record.isToRun();
    if (found.state() == Guest.State.RUNNING && !mayRun) {
      found.pause();
    } else if (found.state() == Guest.State.PAUSED && record.migration().isEmpty()) {
      goOn();
    }
    changed();
  }

  void findLost() {
    if (record.grant().isPresent()) {
      held.end("lost with an earlier agent process");
    }
    changed();
  }

  /** The host has its lease: a guest that waited for it goes on. */
  void leaseHeld() {
    turns.take(() -> {
      goOn();
      turns.done();
    });
  }

  private void goOn() {
    boolean mayRun = OrderPlan.mayRun(record) && record.isToRun();
    if (phase() == Phase.PAUSED && mayRun) {
      var _ = run();
    }
  }

  // ---- what it is

  private Phase phase() {
    return held.phase(record.migration().map(VmRecord.MigrationMark::side), ends.isComplete());
  }

  Optional<GuestStatus> status() {
    Phase phase = phase();
    return phase == Phase.ABSENT ? Optional.empty() : Optional.of(describe(phase));
  }

  private GuestStatus describe(Phase phase) {
    return voice.describe(record, phase, held.endReason());
  }

  void changed() {
    voice.changed(status());
  }

  PlaceVoice voice() {
    return voice;
  }

  /** A control plane listens again. */
  void announce() {
    voice.announce(record, ends);
  }

  // ---- what it does by itself

  void targetReady(TargetReady message) {
    voice.say(b -> b.setTargetReady(message));
    changed();
  }

  void transferBroke(MigrationId migration, Side side, String reason) {
    voice.broken(migration, side, reason);
    turns.take(() -> {
      if (ends.dropBroken()) {
        held.discard();
      }
      turns.done();
    });
  }

  /** The guest ends without an order. */
  void ended(String reason) {
    turns.take(() -> {
      if (held.runs() || held.guest().filter(g -> !g.isAlive()).isPresent()) {
        ends.end("the guest ended");
        held.end(reason);
      }
      turns.done();
    });
  }

  // ---- orders

  void execute(GuestOrder order, Consumer<OrderResult> reply) {
    turns.take(() -> {
      switch (OrderPlan.of(record, phase(), order).under(agent.leases().asked())) {
        case OrderPlan.Refuse r -> answer(reply, SimulatedAgent.failed(r.code(), r.detail()));
        case OrderPlan.Do plan -> perform(plan, order, reply);
      }
    });
  }

  private void answer(Consumer<OrderResult> reply, OrderResult result) {
    reply.accept(result);
    turns.done();
  }

  private void perform(OrderPlan.Do plan, GuestOrder order, Consumer<OrderResult> reply) {
    switch (plan.action()) {
      case BOOT -> boot(plan.next(), reply);
      case ACTIVATE -> {
        save(plan.next().withHypervisor(PlaceVoice.KIND));
        afterwards(() -> {
          OrderResult result = run();
          ends.endIncoming();
          answer(reply, result);
        });
      }
      case PREPARE -> prepare(plan.next(), (GuestOrder.PrepareTarget) order, reply);
      case REPEAT_TICKET -> answer(reply, ends.ticket());
      case SEND -> send(plan.next(), (GuestOrder.Send) order, reply);
      case REPEAT_SEND -> answer(reply, ends.sending());
      case STOP_AND_COPY -> {
        ends.stopAndCopy((GuestOrder.StopAndCopy) order, reply);
        turns.done();
      }
      case VERIFY -> verify(reply);
      case READ_CONSOLE -> answer(reply, SimulatedAgent.failed(Code.NO_SUCH_GUEST, "no console"));
      case CONFIRM, REPORT -> {
        save(plan.next());
        answer(reply, plan.action() == OrderPlan.Action.REPORT ? report() : SimulatedEnds.DONE);
      }
      case RESUME, PAUSE, STOP, REMOVE, ABORT_AND_RESUME, ABORT_AND_PAUSE ->
          settle(plan, order, reply);
    }
  }

  private OrderResult report() {
    return OrderResult.newBuilder().setGuest(describe(phase())).build();
  }

  private void settle(OrderPlan.Do plan, GuestOrder order, Consumer<OrderResult> reply) {
    ends.end("%s of run epoch %s".formatted(order.getClass().getSimpleName(), order.epoch()));
    save(plan.next());
    afterwards(() -> {
      Optional<OrderResult> refused = Optional.empty();
      switch (plan.action()) {
        case RESUME -> refused = Optional.of(run());
        case PAUSE, ABORT_AND_PAUSE -> held.pause();
        case STOP -> held.end("stopped by order");
        case ABORT_AND_RESUME -> {
          if (record.isToRun()) {
            refused = Optional.of(run());
          }
        }
        default -> held.discard();
      }
      boolean silent =
          plan.action() == OrderPlan.Action.REMOVE || order instanceof GuestOrder.Abort;
      answer(
          reply,
          refused
              .filter(OrderResult::hasFailure)
              .orElseGet(() -> silent ? SimulatedEnds.DONE : report()));
    });
  }

  private void boot(VmRecord next, Consumer<OrderResult> reply) {
    if (!agent.hasRoomFor(vm)) {
      answer(reply, SimulatedAgent.failed(Code.INSUFFICIENT_RESOURCES, "no memory"));
      return;
    }
    ends.end("superseded");
    held.discard();
    save(next.withHypervisor(PlaceVoice.KIND));
    agent.later(
        agent.loop().between(Duration.ofMillis(5), BOOT_MOST),
        () -> {
          Grant grant = record.grant().orElseThrow();
          var _ = held.make(grant.spec(), Guest.State.PAUSED, grant.runEpoch());
          OrderResult result =
              agent.loop().chance(BOOT_FAILURE)
                  ? SimulatedAgent.failed(Code.HYPERVISOR_FAILED, "did not boot")
                  : run();
          if (result.hasFailure()) {
            held.end("did not boot");
          }
          answer(reply, result);
        });
  }

  private void prepare(VmRecord next, GuestOrder.PrepareTarget order, Consumer<OrderResult> reply) {
    if (!agent.hasRoomFor(vm)) {
      answer(reply, SimulatedAgent.failed(Code.INSUFFICIENT_RESOURCES, "no memory"));
      return;
    }
    held.discard();
    save(next);
    afterwards(() -> {
      SimulatedGuest made = held.make(order.spec(), Guest.State.INCOMING, order.epoch());
      ends.receive(new Incoming(agent, order.migration(), made, this));
      answer(reply, ends.ticket());
    });
  }

  private void send(VmRecord next, GuestOrder.Send order, Consumer<OrderResult> reply) {
    save(next);
    Optional<Incoming> target =
        agent
            .fleet()
            .transfers()
            .find(order.ticket())
            .filter(t -> agent.fleet().reach(agent.name(), t.agent().name()));
    if (target.isEmpty()) {
      agent.later(
          CONNECT_LIMIT,
          () -> {
            save(record.withoutMigration());
            answer(
                reply, SimulatedAgent.failed(Code.TRANSFER_FAILED, "the target does not answer"));
          });
      return;
    }
    afterwards(() -> {
      ends.send(new Outgoing(agent, this, held.guest().orElseThrow(), order, target.get()));
      answer(reply, SimulatedEnds.DONE);
    });
  }

  /** The guest's heart beats while it runs; waits beside other orders. */
  private void verify(Consumer<OrderResult> reply) {
    agent.later(
        agent.loop().between(Duration.ofMillis(10), Duration.ofMillis(400)),
        () ->
            reply.accept(
                held.runs()
                    ? voice.verified(describe(phase()))
                    : SimulatedAgent.failed(Code.INVALID_STATE, "the guest does not run")));
    turns.done();
  }

  // ---- the guest

  private void afterwards(Runnable act) {
    agent.later(agent.loop().between(Duration.ofNanos(100_000), ACT_MOST), act);
  }

  private OrderResult run() {
    return held.run(record)
        .map(refusal -> SimulatedAgent.failed(Code.INVALID_STATE, refusal))
        .orElseGet(this::report);
  }

  private void save(VmRecord next) {
    if (!next.equals(record)) {
      agent.store().save(next);
      record = next;
    }
  }
}
