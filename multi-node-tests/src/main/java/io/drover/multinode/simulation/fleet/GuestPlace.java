package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.agent.supervision.GuestOrder;
import io.drover.agent.supervision.OrderPlan;
import io.drover.agent.supervision.Phase;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestChanged;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.GuestVerified;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.TargetPrepared;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import io.drover.protocol.v1.TransferTicket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
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
  private static final String KIND = "record";
  private static final String LOST = "not under way on this host any more";
  private static final OrderResult DONE =
      OrderResult.newBuilder().setDone(Done.newBuilder()).build();

  private final VmId vm;
  private final SimulatedHost host;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private VmRecord record;
  private Optional<SimulatedGuest> guest = Optional.empty();
  private Optional<String> endReason = Optional.empty();
  private Optional<Outgoing> outgoing = Optional.empty();
  private Optional<Incoming> incoming = Optional.empty();
  private String incomingFailure = LOST;
  private Optional<GuestStatus> published = Optional.empty();
  private boolean busy;

  GuestPlace(VmId vm, SimulatedHost host) {
    this.vm = vm;
    this.host = host;
    this.record = host.store().vm(vm);
  }

  // ---- after a restart of the agent

  void adopt(SimulatedGuest found) {
    guest = Optional.of(found);
    boolean mayRun = OrderPlan.mayRun(record) && isDesiredRunning();
    if (found.state() == Guest.State.RUNNING && !mayRun) {
      found.pause();
    } else if (found.state() == Guest.State.PAUSED && record.migration().isEmpty() && mayRun) {
      found.run(record.heldEpoch());
    }
    changed();
  }

  void findLost() {
    if (record.grant().isPresent()) {
      endReason = Optional.of("lost with an earlier agent process");
    }
    changed();
  }

  private boolean isDesiredRunning() {
    return record.grant().filter(g -> g.desired() == Power.RUNNING).isPresent();
  }

  // ---- what it is

  private Phase phase() {
    if (endReason.isPresent()) {
      return Phase.ENDED;
    }
    Optional<Side> side = record.migration().map(VmRecord.MigrationMark::side);
    boolean complete = incoming.isEmpty() || incoming.get().ready().isPresent();
    return guest.map(g -> Phase.of(g.state(), side, complete)).orElse(Phase.ABSENT);
  }

  Optional<GuestStatus> status() {
    Phase phase = phase();
    return phase == Phase.ABSENT ? Optional.empty() : Optional.of(describe(phase));
  }

  private GuestStatus describe(Phase phase) {
    GuestStatus.Builder status =
        GuestStatus.newBuilder()
            .setVmId(vm.text())
            .setHypervisor(KIND)
            .setRunEpoch(record.heldEpoch().value())
            .putReport("beats", "1");
    record.migration().ifPresent(mark -> status.setMigrationId(mark.migration().text()));
    return switch (phase) {
      case RUNNING, SENDING -> status.setState(GuestStatus.State.RUNNING).build();
      case PAUSED, STOPPED -> status.setState(GuestStatus.State.PAUSED).build();
      case RECEIVING, READY -> status.setState(GuestStatus.State.INCOMING).build();
      case ENDED, ABSENT ->
          status.setState(GuestStatus.State.ENDED).setReason(endReason.orElse("none")).build();
    };
  }

  /** Passes on what changed. */
  void changed() {
    Optional<GuestStatus> now = status();
    if (now.isPresent() && !now.equals(published)) {
      say(b -> b.setGuestChanged(GuestChanged.newBuilder().setGuest(now.get())));
    }
    published = now;
  }

  void say(Consumer<FromAgent.Builder> message) {
    FromAgent.Builder builder = FromAgent.newBuilder();
    message.accept(builder);
    host.say(builder.build());
  }

  /** A control plane listens again. */
  void announce() {
    incoming.flatMap(Incoming::ready).ifPresent(m -> say(b -> b.setTargetReady(m)));
    record
        .migration()
        .ifPresent(mark -> {
          boolean source = mark.side() == Side.SOURCE;
          String reason =
              source
                  ? outgoing.map(Outgoing::failure).orElse(LOST)
                  : incoming.map(Incoming::failure).orElse(incomingFailure);
          if (!reason.isEmpty()) {
            sayBroken(mark.migration(), source ? "source" : "target", reason);
          }
        });
  }

  private void sayBroken(MigrationId migration, String side, String reason) {
    say(b ->
        b.setTransferFailed(
            TransferFailed.newBuilder()
                .setMigrationId(migration.text())
                .setSide(side)
                .setReason(reason)));
  }

  // ---- what it does by itself

  void targetReady(TargetReady message) {
    say(b -> b.setTargetReady(message));
    changed();
  }

  void transferBroke(MigrationId migration, String side, String reason) {
    sayBroken(migration, side, reason);
    enqueue(() -> {
      if (incoming.filter(i -> !i.failure().isEmpty()).isPresent()) {
        incomingFailure = incoming.get().failure();
        incoming.get().end();
        incoming = Optional.empty();
        discard();
      }
      done();
    });
  }

  /** The guest ends without an order. */
  void trap() {
    enqueue(() -> {
      if (guest.filter(g -> g.state() == Guest.State.RUNNING).isPresent()) {
        endMigration("the guest ended");
        end("trap");
      }
      done();
    });
  }

  // ---- orders

  void execute(GuestOrder order, Consumer<OrderResult> reply) {
    enqueue(() -> decide(order, reply));
  }

  private void enqueue(Runnable work) {
    if (busy) {
      waiting.add(work);
    } else {
      busy = true;
      work.run();
    }
  }

  private void done() {
    changed();
    Runnable next = waiting.poll();
    busy = next != null;
    if (next != null) {
      next.run();
    }
  }

  private void decide(GuestOrder order, Consumer<OrderResult> reply) {
    switch (OrderPlan.of(record, phase(), order)) {
      case OrderPlan.Refuse r -> answer(reply, SimulatedHost.failed(r.code(), r.detail()));
      case OrderPlan.Do plan -> perform(plan, order, reply);
    }
  }

  private void answer(Consumer<OrderResult> reply, OrderResult result) {
    reply.accept(result);
    done();
  }

  private void perform(OrderPlan.Do plan, GuestOrder order, Consumer<OrderResult> reply) {
    switch (plan.action()) {
      case BOOT -> boot(plan.next(), reply);
      case ACTIVATE -> {
        save(plan.next().withHypervisor(KIND));
        afterwards(() -> {
          run();
          incoming.ifPresent(Incoming::end);
          incoming = Optional.empty();
          answer(reply, report());
        });
      }
      case PREPARE -> prepare(plan.next(), (GuestOrder.PrepareTarget) order, reply);
      case REPEAT_TICKET -> answer(reply, ticket());
      case SEND -> send(plan.next(), (GuestOrder.Send) order, reply);
      case REPEAT_SEND -> {
        String failure = outgoing.map(Outgoing::failure).orElse(LOST);
        answer(
            reply, failure.isEmpty() ? DONE : SimulatedHost.failed(Code.TRANSFER_FAILED, failure));
      }
      case STOP_AND_COPY -> {
        if (outgoing.isPresent()) {
          outgoing.get().stopAndCopy(((GuestOrder.StopAndCopy) order).deadline(), reply);
          done();
        } else {
          answer(reply, SimulatedHost.failed(Code.NO_SUCH_TRANSFER, LOST));
        }
      }
      case VERIFY -> verify(reply);
      case READ_CONSOLE -> answer(reply, SimulatedHost.failed(Code.NO_SUCH_GUEST, "no console"));
      case CONFIRM, REPORT -> {
        save(plan.next());
        answer(reply, plan.action() == OrderPlan.Action.REPORT ? report() : DONE);
      }
      case RESUME, PAUSE, STOP, REMOVE, ABORT_AND_RESUME, ABORT_AND_PAUSE ->
          settle(plan, order, reply);
    }
  }

  private OrderResult report() {
    return OrderResult.newBuilder().setGuest(describe(phase())).build();
  }

  private void settle(OrderPlan.Do plan, GuestOrder order, Consumer<OrderResult> reply) {
    endMigration("%s of run epoch %s".formatted(order.getClass().getSimpleName(), order.epoch()));
    save(plan.next());
    afterwards(() -> {
      switch (plan.action()) {
        case RESUME -> run();
        case PAUSE, ABORT_AND_PAUSE -> guest.ifPresent(SimulatedGuest::pause);
        case STOP -> end("stopped by order");
        case ABORT_AND_RESUME -> {
          if (isDesiredRunning()) {
            run();
          }
        }
        default -> discard();
      }
      boolean silent =
          plan.action() == OrderPlan.Action.REMOVE || order instanceof GuestOrder.Abort;
      answer(reply, silent ? DONE : report());
    });
  }

  private void boot(VmRecord next, Consumer<OrderResult> reply) {
    if (!host.hasRoomFor(vm)) {
      answer(reply, SimulatedHost.failed(Code.INSUFFICIENT_RESOURCES, "no memory"));
      return;
    }
    endMigration("superseded");
    makeRoom();
    save(next.withHypervisor(KIND));
    host.later(
        host.loop().between(Duration.ofMillis(5), BOOT_MOST),
        () -> {
          if (host.loop().chance(BOOT_FAILURE)) {
            endReason = Optional.of("did not boot");
            answer(reply, SimulatedHost.failed(Code.HYPERVISOR_FAILED, "did not boot"));
            return;
          }
          Grant grant = record.grant().orElseThrow();
          guest = Optional.of(host.make(grant.spec(), Guest.State.PAUSED, grant.runEpoch()));
          run();
          answer(reply, report());
        });
  }

  private void prepare(VmRecord next, GuestOrder.PrepareTarget order, Consumer<OrderResult> reply) {
    if (!host.hasRoomFor(vm)) {
      answer(reply, SimulatedHost.failed(Code.INSUFFICIENT_RESOURCES, "no memory"));
      return;
    }
    makeRoom();
    save(next);
    afterwards(() -> {
      SimulatedGuest made = host.make(order.spec(), Guest.State.INCOMING, order.epoch());
      guest = Optional.of(made);
      incoming = Optional.of(new Incoming(host, order.migration(), made, this));
      incomingFailure = LOST;
      answer(reply, ticket());
    });
  }

  private OrderResult ticket() {
    if (incoming.isEmpty() || !incoming.get().failure().isEmpty()) {
      return SimulatedHost.failed(
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

  private void send(VmRecord next, GuestOrder.Send order, Consumer<OrderResult> reply) {
    save(next);
    Optional<Incoming> target =
        host.fleet()
            .transfers()
            .find(order.ticket())
            .filter(t -> host.fleet().reach(host.name(), t.host().name()));
    if (target.isEmpty()) {
      host.later(
          CONNECT_LIMIT,
          () -> {
            save(record.withoutMigration());
            answer(reply, SimulatedHost.failed(Code.TRANSFER_FAILED, "the target does not answer"));
          });
      return;
    }
    afterwards(() -> {
      outgoing = Optional.of(new Outgoing(host, this, guest.orElseThrow(), order, target.get()));
      answer(reply, DONE);
    });
  }

  /** The guest's heart beats while it runs; waits beside other orders. */
  private void verify(Consumer<OrderResult> reply) {
    host.later(
        host.loop().between(Duration.ofMillis(10), Duration.ofMillis(400)),
        () ->
            reply.accept(
                guest.filter(g -> g.state() == Guest.State.RUNNING).isPresent()
                    ? OrderResult.newBuilder()
                        .setGuestVerified(
                            GuestVerified.newBuilder()
                                .setResumedAtUs(host.wallMicros())
                                .setGuestGapUs(1_000)
                                .setGuest(describe(phase())))
                        .build()
                    : SimulatedHost.failed(Code.INVALID_STATE, "the guest does not run")));
    done();
  }

  // ---- the guest

  private void afterwards(Runnable act) {
    host.later(host.loop().between(Duration.ofNanos(100_000), ACT_MOST), act);
  }

  private void run() {
    Epoch grant = record.heldEpoch();
    guest.ifPresent(g -> g.run(grant));
  }

  private void endMigration(String reason) {
    outgoing.ifPresent(o -> o.end(reason));
    outgoing = Optional.empty();
    incoming.ifPresent(Incoming::end);
    incoming = Optional.empty();
  }

  private void makeRoom() {
    guest.ifPresent(host::destroy);
    guest = Optional.empty();
    endReason = Optional.empty();
  }

  private void discard() {
    makeRoom();
  }

  private void end(String reason) {
    guest.ifPresent(host::destroy);
    guest = Optional.empty();
    endReason = Optional.of(reason);
  }

  private void save(VmRecord next) {
    if (!next.equals(record)) {
      host.store().save(next);
      record = next;
    }
  }
}
