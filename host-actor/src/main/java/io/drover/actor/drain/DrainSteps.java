package io.drover.actor.drain;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.VmView;
import io.drover.actor.drain.DrainState.Job;
import io.drover.actor.drain.DrainState.Move;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.units.DataRate;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What a drain says to others; all of it may be repeated. Never blocks. */
final class DrainSteps {
  /** Where answers arrive. */
  record Mailboxes(
      ActorRef<Host.Reply> host,
      ActorRef<Vm.Reply> vm,
      ActorRef<Scheduler.Placement> scheduler,
      ActorRef<Migration.Reply> migration) {}

  private final HostId host;
  private final Routes routes;
  private final Mailboxes mailboxes;

  DrainSteps(HostId host, Routes routes, Mailboxes mailboxes) {
    this.host = host;
    this.routes = routes;
    this.mailboxes = mailboxes;
  }

  /** The same for the same attempt, for ever. */
  static MigrationId migration(OperationId drain, VmId vm, int attempt) {
    String text = String.join("\n", "drain", drain.text(), vm.text(), Integer.toString(attempt));
    return new MigrationId(vm.cell(), Ids.derived(text));
  }

  void cordon() {
    routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.Cordon(mailboxes.host()));
  }

  void lookAtHost() {
    routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.Get(mailboxes.host()));
  }

  void lookAt(VmId vm) {
    routes.tell(Vm.TYPE_KEY, vm.text(), new Vm.Request.Get(mailboxes.vm()));
  }

  /** Whether there is a target now; claims none. */
  void lookForTarget(VmView vm) {
    routes.tell(
        Scheduler.TYPE_KEY,
        host.area().name(),
        new Scheduler.Command.Explain(
            vm.spec(), Optional.of(host), Optional.empty(), mailboxes.scheduler()));
  }

  /** Starts it once; each repetition is answered by where it stands. */
  void start(Job job, Move move) {
    MigrateRequest request =
        new MigrateRequest(
            Optional.empty(), Optional.empty(), Optional.empty(), DataRate.UNLIMITED);
    tell(
        move,
        new Migration.Request.Start(
            move.vm(),
            host,
            request,
            Optional.of(move.vmVersion()),
            job.operation().text(),
            mailboxes.migration()));
  }

  void cancel(Move move) {
    tell(move, new Migration.Request.Cancel(mailboxes.migration()));
  }

  void lookAt(Move move) {
    tell(move, new Migration.Request.Get(mailboxes.migration()));
  }

  private void tell(Move move, Migration.Request request) {
    routes.tell(Migration.TYPE_KEY, move.migration().text(), request);
  }
}
