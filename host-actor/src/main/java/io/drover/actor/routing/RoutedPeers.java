package io.drover.actor.routing;

import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.arming.Arming;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.host.HostPeers;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Witness;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.SchedulerPeers;
import io.drover.actor.vm.Vm;
import io.drover.actor.vm.VmPeers;
import io.drover.config.units.AreaId;
import io.drover.config.units.DataRate;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** Who tells whom: every word between entities that do not know each other's types. */
public final class RoutedPeers implements HostPeers, VmPeers, SchedulerPeers {
  private final Routes routes;

  public RoutedPeers(Routes routes) {
    this.routes = routes;
  }

  @Override
  public void guestReported(VmId vm, HostId host, GuestStatus guest) {
    tell(vm, new Vm.FromHost.GuestReported(host, guest));
  }

  @Override
  public void hostAttached(VmId vm, HostId host, String incarnation, Optional<GuestStatus> guest) {
    tell(vm, new Vm.FromHost.HostAttached(host, incarnation, guest));
  }

  @Override
  public void hostDetached(VmId vm, HostId host) {
    tell(vm, new Vm.FromHost.HostDetached(host));
  }

  @Override
  public void migrationReported(MigrationId migration, HostId host, AgentReport report) {
    tell(migration, new Migration.Notice.AgentSaid(host, report));
  }

  @Override
  public void agentRestarted(MigrationId migration, HostId host, String incarnation) {
    tell(migration, new Migration.Notice.AgentRestarted(host, incarnation));
  }

  @Override
  public void agentLost(MigrationId migration, HostId host) {
    tell(migration, new Migration.Notice.AgentLost(host));
  }

  @Override
  public void askNeed(EntityId owner, HostId host, long question, ActorRef<Host.Need> replyTo) {
    switch (owner) {
      case VmId vm -> tell(vm, new Vm.FromHost.StillNeeds(host, question, replyTo));
      case MigrationId migration ->
          tell(migration, new Migration.Notice.StillNeeds(host, question, replyTo));
      case HostId _, OperationId _ ->
          throw new IllegalArgumentException("owns no claims: " + owner);
    }
  }

  @Override
  public void hostFenced(VmId vm, HostId host, FenceProof proof) {
    tell(vm, new Vm.FromHost.HostFenced(host, proof));
  }

  @Override
  public void fenceUpheld(VmId vm, HostId host, Epoch runEpoch, FenceProof proof) {
    tell(vm, new Vm.FromHost.FenceUpheld(host, runEpoch, proof));
  }

  @Override
  public void hostFenced(MigrationId migration, HostId host) {
    cancelMigration(migration, host + " was fenced");
  }

  @Override
  public void askLeave(HostId host, Instant lostAt, ActorRef<Host.Leave> replyTo) {
    routes.tell(
        Arming.TYPE_KEY, host.area().name(), new Arming.Command.AskLeave(host, lostAt, replyTo));
  }

  @Override
  public void askWitnesses(HostId host, List<Witness> current, ActorRef<Host.Candidates> replyTo) {
    routes.tell(
        Scheduler.TYPE_KEY,
        host.area().name(),
        new Scheduler.Command.FindWitnesses(host, current, replyTo));
  }

  @Override
  public void askArming(AreaId area, ActorRef<ArmingView> replyTo) {
    routes.tell(Arming.TYPE_KEY, area.name(), new Arming.Command.Get(replyTo));
  }

  @Override
  public void offered(HostOffer offer) {
    routes.tell(
        Scheduler.TYPE_KEY, offer.host().area().name(), new Scheduler.Command.HostOffered(offer));
  }

  @Override
  public void cancelMigration(MigrationId migration, String reason) {
    tell(migration, new Migration.Notice.GiveUp(reason));
  }

  @Override
  public void moveHome(
      MigrationId migration,
      VmId vm,
      HostId source,
      AreaId home,
      long version,
      ActorRef<Object> nobody) {
    MigrateRequest request =
        new MigrateRequest(
            Optional.empty(), Optional.of(home), Optional.empty(), DataRate.UNLIMITED);
    tell(
        migration,
        new Migration.Request.Start(
            vm, source, request, Optional.of(version), "home", nobody.narrow()));
  }

  private void tell(VmId vm, Vm.Command command) {
    routes.tell(Vm.TYPE_KEY, vm.text(), command);
  }

  private void tell(MigrationId migration, Migration.Command command) {
    routes.tell(Migration.TYPE_KEY, migration.text(), command);
  }
}
