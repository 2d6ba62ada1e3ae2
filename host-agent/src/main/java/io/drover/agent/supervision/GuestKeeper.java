package io.drover.agent.supervision;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestChanged;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.RoundReported;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one VM's guest: takes orders one after the other, each done on a thread of its own so that
 * nothing here blocks, and says what changed.
 *
 * <p>While a thread is at work only that thread touches the {@link LocalGuest}; the next one starts
 * when the actor heard that it is done.
 */
final class GuestKeeper extends AbstractBehavior<GuestKeeper.Command> {
  /** Orders waiting for one VM; a control plane that sends more is not waiting for answers. */
  static final int QUEUE_LIMIT = 64;

  /** How often a guest's own report is passed on, when it changed. */
  static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(GuestKeeper.class);

  sealed interface Command {}

  record Execute(GuestOrder order, Consumer<OrderResult> reply) implements Command {}

  /** A guest that outlived an earlier agent. */
  record Adopt(Guest guest, String hypervisor) implements Command {}

  /** The record names a guest that is not there. */
  record FindLost() implements Command {}

  /** A control plane listens again: tell it what it may have missed. */
  record Announce() implements Command {}

  /** The host has its lease. */
  record LeaseHeld() implements Command {}

  record Ended(long incarnation, String reason) implements Command {}

  /** A transfer of this VM broke, here or there. */
  private record TransferBroke() implements Command {}

  private record Refresh() implements Command {}

  private record Changed() implements Command {}

  private record WorkDone(Runnable then) implements Command {}

  /**
   * Where a keeper reports.
   *
   * @param messages to the control plane
   */
  record Outlets(ActorRef<HostSupervisor.Command> supervisor, Consumer<FromAgent> messages) {}

  private final VmId vm;
  private final HostParts parts;
  private final Outlets outlets;
  private final LocalGuest local;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean busy;
  private @Nullable GuestStatus published;
  private long reportPublishedNs = System.nanoTime() - REPORT_INTERVAL.toNanos();

  private GuestKeeper(ActorContext<Command> context, VmId vm, HostParts parts, Outlets outlets) {
    super(context);
    this.vm = vm;
    this.parts = parts;
    this.outlets = outlets;
    this.local = new LocalGuest(vm, parts, new Reports(context.getSelf(), outlets.messages));
  }

  static Behavior<Command> create(VmId vm, HostParts parts, Outlets outlets) {
    return Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(new Refresh(), REPORT_INTERVAL);
      return Behaviors.setup(context -> new GuestKeeper(context, vm, parts, outlets));
    });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onSignal(PostStop.class, _ -> stopped())
        .onAnyMessage(this::on)
        .build();
  }

  /** The agent ends: nothing may read a guest's memory once its hypervisor is closed. */
  private Behavior<Command> stopped() {
    local.endMigration("the agent is being stopped");
    return this;
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Execute(GuestOrder.ReadConsole order, Consumer<OrderResult> reply) -> {
        reply.accept(local.readConsole(order));
        outlets.supervisor.tell(new HostSupervisor.OrderDone(vm));
      }
      case Execute c -> onExecute(c);
      case Adopt c -> work(() -> place(() -> local.adopt(c.guest, c.hypervisor)));
      case FindLost _ -> work(local::findLost);
      case Ended c -> work(() -> local.ended(c.incarnation, c.reason));
      case LeaseHeld _ -> work(() -> place(local::goOn));
      case Announce _ -> work(this::announce);
      case TransferBroke _ -> work(local::dropBroken);
      case Changed _, Refresh _ -> {
        if (!busy) {
          rest();
        }
      }
      case WorkDone c -> onWorkDone(c);
    }
    return this;
  }

  private void onExecute(Execute command) {
    if (waiting.size() >= QUEUE_LIMIT) {
      command.reply.accept(
          OrderResults.failed(
              Code.INTERNAL, "%d orders are waiting for %s already".formatted(QUEUE_LIMIT, vm)));
      outlets.supervisor.tell(new HostSupervisor.OrderDone(vm));
      return;
    }
    enqueue(() -> execute(command));
  }

  private void execute(Execute command) {
    CompletableFuture<CompletionStage<OrderResult>> work =
        CompletableFuture.supplyAsync(() -> local.execute(command.order), parts.blocking());
    getContext()
        .pipeToSelf(
            work,
            (stage, failure) ->
                new WorkDone(() -> {
                  answer(command, stage, failure);
                  outlets.supervisor.tell(new HostSupervisor.OrderDone(vm));
                }));
  }

  private void answer(
      Execute command, @Nullable CompletionStage<OrderResult> stage, @Nullable Throwable failure) {
    if (stage == null) {
      command.reply.accept(broken(command.order, failure));
      return;
    }
    stage.whenComplete((result, late) ->
        command.reply.accept(result == null ? broken(command.order, late) : result));
  }

  private OrderResult broken(GuestOrder order, @Nullable Throwable failure) {
    Throwable cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
    LOG.atError()
        .addKeyValue("vm", vm)
        .addKeyValue("order", order)
        .setCause(cause)
        .log("order failed inside the agent");
    return OrderResults.failed(Code.INTERNAL, String.valueOf(cause));
  }

  /** Blocking work that answers nobody. */
  private void work(Runnable task) {
    enqueue(() ->
        getContext()
            .pipeToSelf(
                CompletableFuture.runAsync(task, parts.blocking()),
                (_, failure) -> new WorkDone(() -> logFailure(failure))));
  }

  private void logFailure(@Nullable Throwable failure) {
    if (failure != null) {
      LOG.atError().addKeyValue("vm", vm).setCause(failure).log("work on a guest failed");
    }
  }

  private void enqueue(Runnable start) {
    if (busy) {
      waiting.add(start);
    } else {
      busy = true;
      start.run();
    }
  }

  private void onWorkDone(WorkDone done) {
    done.then.run();
    Runnable next = waiting.poll();
    busy = next != null;
    if (next == null) {
      rest();
    } else {
      publish();
      next.run();
    }
  }

  /** Nothing is under way: says what changed, and whether this keeper has anything to keep. */
  private void rest() {
    publish();
    if (local.isVacant()) {
      outlets.supervisor.tell(new HostSupervisor.Vacant(vm));
    }
  }

  /** Puts a guest where its grant says. */
  private interface Placing {
    void run() throws HypervisorException;
  }

  private void place(Placing placing) {
    try {
      placing.run();
    } catch (HypervisorException e) {
      throw new IllegalStateException("cannot put " + vm + " where its grant says", e);
    }
  }

  private void announce() {
    local.targetReady().ifPresent(m -> send(FromAgent.newBuilder().setTargetReady(m)));
    local.brokenTransfer().ifPresent(m -> send(FromAgent.newBuilder().setTransferFailed(m)));
  }

  /** Passes on what changed; a changed report alone no more often than its interval. */
  private void publish() {
    Optional<GuestStatus> now = local.status();
    outlets.supervisor.tell(new HostSupervisor.StatusIs(vm, now));
    if (now.isEmpty()) {
      published = null;
      return;
    }
    GuestStatus status = now.get();
    GuestStatus before = published;
    if (status.equals(before)) {
      return;
    }
    boolean onlyReport = before != null && withoutReport(before).equals(withoutReport(status));
    long nowNs = System.nanoTime();
    if (onlyReport && nowNs - reportPublishedNs < REPORT_INTERVAL.toNanos() / 2) {
      return;
    }
    reportPublishedNs = nowNs;
    published = status;
    send(FromAgent.newBuilder().setGuestChanged(GuestChanged.newBuilder().setGuest(status)));
  }

  private static GuestStatus withoutReport(GuestStatus status) {
    return status.toBuilder().clearReport().build();
  }

  private void send(FromAgent.Builder message) {
    outlets.messages.accept(message.build());
  }

  /** Turns what hypervisors and migrations say on their threads into messages. */
  private record Reports(ActorRef<Command> self, Consumer<FromAgent> messages)
      implements GuestReports {
    @Override
    public void roundEnded(RoundReported round) {
      messages.accept(FromAgent.newBuilder().setRoundReported(round).build());
    }

    @Override
    public void guestPaused() {
      self.tell(new Changed());
    }

    @Override
    public void targetReady(TargetReady ready) {
      messages.accept(FromAgent.newBuilder().setTargetReady(ready).build());
      self.tell(new Changed());
    }

    @Override
    public void transferFailed(TransferFailed failure) {
      messages.accept(FromAgent.newBuilder().setTransferFailed(failure).build());
      self.tell(new TransferBroke());
    }

    @Override
    public void guestEnded(long incarnation, String reason) {
      self.tell(new Ended(incarnation, reason));
    }
  }
}
