package io.drover.actor.migration;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Asks others to do what a migration needs. Everything may be asked again; answers come to the
 * {@link Mailboxes}, or never.
 */
final class MigrationSteps {
  private final MigrationId id;
  private final Routes routes;
  private final Mailboxes mailboxes;

  MigrationSteps(MigrationId id, Routes routes, Mailboxes mailboxes) {
    this.id = id;
    this.routes = routes;
    this.mailboxes = mailboxes;
  }

  /** Where answers come in, one per kind. */
  record Mailboxes(
      ActorRef<Vm.MigrationReply> vm,
      ActorRef<Scheduler.Placement> scheduler,
      ActorRef<OrderOutcome> orders,
      ActorRef<ClaimReply> claims,
      ActorRef<Host.Reply> hosts) {}

  void begin(MigrationJob job) {
    toVm(job.vm(), to -> new Vm.FromMigration.BeginMigration(id, job.ifVersion(), to));
  }

  void lock(VmId vm) {
    toVm(vm, to -> new Vm.FromMigration.LockForMigration(id, to));
  }

  /** After the switchover it says who has the grant now. */
  void switchOver(VmId vm, HostId target) {
    toVm(vm, to -> new Vm.FromMigration.SwitchOver(id, target, to));
  }

  void abandon(VmId vm) {
    toVm(vm, to -> new Vm.FromMigration.AbandonMigration(id, to));
  }

  void end(VmId vm, String outcome) {
    toVm(vm, to -> new Vm.FromMigration.EndMigration(id, outcome, to));
  }

  /**
   * Has a host claimed.
   *
   * @param avoid hosts that are not to be chosen, and why
   */
  void selectTarget(MigrationJob job, GuestSpec spec, List<HostReason> avoid) {
    routes.tell(
        Scheduler.TYPE_KEY,
        job.targetArea().name(),
        new Scheduler.Command.SelectTarget(
            id, job.vm(), spec, job.source(), job.wantedTarget(), avoid, mailboxes.scheduler()));
  }

  /**
   * Has a host's agent do something.
   *
   * @param deadline after which the host need not try any more
   */
  void order(HostId host, OrderId order, AgentOrder what, Duration deadline) {
    toHost(host, new Host.Command.Instruct(order.text(), what, deadline, mailboxes.orders()));
  }

  void handOverClaim(HostId target, VmId vm) {
    toHost(target, new Host.Command.HandOverClaim(id, vm, mailboxes.claims()));
  }

  /** For the VM itself, where a claim of the migration to hand over is missing. */
  void claim(HostId target, VmId vm, GuestSpec spec) {
    toHost(
        target,
        new Host.Command.Claim(vm, spec.resources(), spec.image(), spec.pin(), mailboxes.claims()));
  }

  void releaseClaim(HostId host) {
    releaseClaim(host, id);
  }

  void releaseClaim(HostId host, EntityId owner) {
    toHost(host, new Host.Command.ReleaseClaim(owner));
  }

  void look(HostId host) {
    toHost(host, new Host.Command.Get(mailboxes.hosts()));
  }

  private void toVm(VmId vm, Function<ActorRef<Vm.MigrationReply>, Vm.Command> command) {
    routes.tell(Vm.TYPE_KEY, vm.text(), command.apply(mailboxes.vm()));
  }

  private void toHost(HostId host, Host.Command command) {
    routes.tell(Host.TYPE_KEY, host.text(), command);
  }
}
