package io.drover.agent.supervision;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.store.VmRecord;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.OrderResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * All guests of this host: one {@link GuestKeeper} for each VM that has something here. At its
 * start it takes over guests that outlived an earlier agent and reconciles them with the grants.
 */
public final class HostSupervisor extends AbstractBehavior<HostSupervisor.Command> {
  private static final Comparator<VmId> VM_ORDER = Comparator.comparing(VmId::text);

  /** What it is told. */
  public sealed interface Command {}

  /**
   * An order that passed the session's checks.
   *
   * @param reply called once, on any thread; must not block
   */
  public record Execute(GuestOrder order, Consumer<OrderResult> reply) implements Command {}

  /** Asks for every guest's status. */
  public record Describe(Consumer<List<GuestStatus>> reply) implements Command {}

  /** A control plane listens again: what may have been missed is said again. */
  public record Announce() implements Command {}

  /** The host has its lease: guests that waited for it may go on. */
  public record LeaseHeld() implements Command {}

  record StatusIs(VmId vm, Optional<GuestStatus> status) implements Command {}

  record OrderDone(VmId vm) implements Command {}

  record Vacant(VmId vm) implements Command {}

  private record Ended(VmId vm, String reason) implements Command {}

  /** A keeper and how many orders it has not answered. */
  private static final class Kept {
    private final ActorRef<GuestKeeper.Command> keeper;
    private int pending;

    private Kept(ActorRef<GuestKeeper.Command> keeper) {
      this.keeper = keeper;
    }
  }

  /** A guest found at start. */
  private record Found(Guest guest, String hypervisor) {}

  private final HostParts parts;
  private final Consumer<FromAgent> messages;
  private final CompletableFuture<Done> reconciled;
  private final Set<VmId> reconciling = new HashSet<>();
  private final Map<VmId, Kept> keepers = new HashMap<>();
  private final Map<VmId, GuestStatus> statuses = new TreeMap<>(VM_ORDER);

  private HostSupervisor(
      ActorContext<Command> context,
      HostParts parts,
      Consumer<FromAgent> messages,
      CompletableFuture<Done> reconciled) {
    super(context);
    this.reconciled = reconciled;
    this.parts = parts;
    this.messages = messages;
  }

  /**
   * Blocks its first thread while guests are adopted: nothing else can be done before.
   *
   * @param messages to the control plane; must not block
   * @param reconciled completes when every guest that was found is where its grant says, and {@link
   *     Describe} knows it; exceptionally when a hypervisor cannot say what it has
   */
  public static Behavior<Command> create(
      HostParts parts, Consumer<FromAgent> messages, CompletableFuture<Done> reconciled) {
    return Behaviors.setup(context -> {
      HostSupervisor supervisor = new HostSupervisor(context, parts, messages, reconciled);
      try {
        supervisor.reconcile();
      } catch (HypervisorException e) {
        reconciled.completeExceptionally(e);
        return Behaviors.stopped();
      }
      return supervisor;
    });
  }

  private void reconcile() throws HypervisorException {
    ActorRef<Command> self = getContext().getSelf();
    GuestListener listener = (vm, reason) -> self.tell(new Ended(vm, reason));
    Map<VmId, Found> found = new HashMap<>();
    for (Hypervisor hypervisor : parts.hypervisors()) {
      for (Guest guest : hypervisor.adopt(listener)) {
        found.put(guest.spec().vm(), new Found(guest, hypervisor.kind()));
      }
    }
    found.forEach((vm, f) -> keep(vm).keeper.tell(new GuestKeeper.Adopt(f.guest, f.hypervisor)));
    for (VmRecord record : parts.store().vms()) {
      boolean expected = record.grant().isPresent() || record.migration().isPresent();
      if (expected && !found.containsKey(record.vm())) {
        keep(record.vm()).keeper.tell(new GuestKeeper.FindLost());
      }
    }
    reconciling.addAll(keepers.keySet());
    completeWhenReconciled();
  }

  private void completeWhenReconciled() {
    if (reconciling.isEmpty()) {
      reconciled.complete(Done.done());
    }
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Command> on(Command command) {
    switch (command) {
      case Execute c -> {
        Kept kept = keep(c.order.vm());
        kept.pending++;
        kept.keeper.tell(new GuestKeeper.Execute(c.order, c.reply));
      }
      case Describe c -> c.reply.accept(new ArrayList<>(statuses.values()));
      case Announce _ -> keepers.values().forEach(k -> k.keeper.tell(new GuestKeeper.Announce()));
      case LeaseHeld _ -> keepers.values().forEach(k -> k.keeper.tell(new GuestKeeper.LeaseHeld()));
      case StatusIs c -> {
        c.status.ifPresentOrElse(s -> statuses.put(c.vm, s), () -> statuses.remove(c.vm));
        reconciling.remove(c.vm);
        completeWhenReconciled();
      }
      case OrderDone c -> {
        Kept kept = keepers.get(c.vm);
        if (kept != null) {
          kept.pending--;
        }
      }
      case Vacant c -> leave(c.vm);
      case Ended c -> {
        Kept kept = keepers.get(c.vm);
        if (kept != null) {
          kept.keeper.tell(new GuestKeeper.Ended(0, c.reason));
        }
      }
    }
    return this;
  }

  private Kept keep(VmId vm) {
    return keepers.computeIfAbsent(vm, this::start);
  }

  private Kept start(VmId vm) {
    GuestKeeper.Outlets outlets = new GuestKeeper.Outlets(getContext().getSelf(), messages);
    ActorRef<GuestKeeper.Command> keeper =
        getContext().spawnAnonymous(GuestKeeper.create(vm, parts, outlets));
    getContext().watch(keeper); // one that fails has lost hold of its guest: the agent must restart
    return new Kept(keeper);
  }

  /** Lets a keeper go that holds nothing, unless an order is on its way to it. */
  private void leave(VmId vm) {
    Kept kept = keepers.get(vm);
    if (kept != null && kept.pending == 0) {
      getContext().unwatch(kept.keeper);
      getContext().stop(kept.keeper);
      keepers.remove(vm);
      statuses.remove(vm);
    }
  }
}
