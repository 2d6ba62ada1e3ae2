package io.drover.actor.vm;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentOrder.RunMode;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.vm.GuestRules.Verdict;
import io.drover.actor.vm.Profile.Grant;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a VM has its hosts do. Order ids say which step of which grant it is, so that a repeated
 * order is the same order; cleaning up has new ids, as it may be needed again. Not threadsafe.
 */
final class VmOrders {
  private final VmId vm;
  private final Routes routes;
  private final Ids ids;
  private final Duration deadline;
  private final ActorRef<OrderOutcome> outcomes;

  VmOrders(VmId vm, Routes routes, Ids ids, Duration deadline, ActorRef<OrderOutcome> outcomes) {
    this.vm = vm;
    this.routes = routes;
    this.ids = ids;
    this.deadline = deadline;
    this.outcomes = outcomes;
  }

  String runId(Grant grant) {
    return vm + "/run/" + grant.runEpoch();
  }

  String clearId(Grant grant) {
    return vm + "/clear-before/" + grant.runEpoch();
  }

  private String stopId(Grant grant) {
    return vm + "/stop/" + grant.runEpoch();
  }

  boolean isStop(String orderId, Grant grant) {
    return orderId.startsWith(stopId(grant));
  }

  /** Boots the guest, or activates the incoming one of the migration that got the grant. */
  void run(Grant grant, GuestSpec spec) {
    RunMode mode =
        grant.activates().<RunMode>map(RunMode.Activate::new).orElseGet(RunMode.Boot::new);
    instruct(
        grant.host(),
        runId(grant),
        new AgentOrder.RunGuest(vm, grant.runEpoch(), spec, mode),
        deadline);
  }

  /** Removes what is left of earlier grants on the same host. */
  void clear(Grant grant) {
    instruct(
        grant.host(),
        clearId(grant),
        new AgentOrder.RemoveGuest(vm, new Epoch(grant.runEpoch().value() - 1)),
        deadline);
  }

  String leaveId(Grant grant) {
    return vm + "/leave/" + grant.runEpoch();
  }

  /** Uses the grant up where nothing was started under it. */
  void leave(Grant grant) {
    instruct(
        grant.host(), leaveId(grant), new AgentOrder.RemoveGuest(vm, grant.runEpoch()), deadline);
  }

  void resume(Grant grant, GuestSpec spec) {
    instruct(
        grant.host(),
        vm + "/continue/" + ids.next(),
        new AgentOrder.RunGuest(vm, grant.runEpoch(), spec, new RunMode.Continue()),
        deadline);
  }

  /**
   * Stops the guest.
   *
   * @param attempt 0 = the first; a later one has an id of its own, as the agent would answer the
   *     first from memory
   */
  void stop(Grant grant, Duration grace, int attempt) {
    instruct(
        grant.host(),
        attempt == 0 ? stopId(grant) : stopId(grant) + "/" + ids.next(),
        new AgentOrder.StopGuest(vm, grant.runEpoch(), grace),
        deadline.plus(grace));
  }

  void cleanUp(Verdict.Remove v) {
    remove(v.host(), v.runEpoch());
  }

  void remove(HostId host, Epoch runEpoch) {
    instruct(
        host, vm + "/remove/" + ids.next(), new AgentOrder.RemoveGuest(vm, runEpoch), deadline);
  }

  void cleanUp(Verdict.Pause v) {
    instruct(
        v.host(),
        vm + "/pause/" + ids.next(),
        new AgentOrder.PauseGuest(vm, v.runEpoch()),
        deadline);
  }

  void cleanUp(Verdict.Discard v) {
    instruct(
        v.host(),
        vm + "/discard/" + ids.next(),
        new AgentOrder.AbortMigration(v.migration(), vm, v.runEpoch()),
        deadline);
  }

  /** Has the host say how the guest is. */
  void askAfterGuest(HostId host) {
    routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.ReportGuest(vm));
  }

  /** Before a grant elsewhere: has the host journal that it still is fenced. */
  void upholdFence(HostId host, Epoch runEpoch) {
    routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.UpholdFence(vm, runEpoch));
  }

  void releaseClaim(HostId host) {
    routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.ReleaseClaim(vm));
  }

  private void instruct(HostId host, String orderId, AgentOrder order, Duration within) {
    routes.tell(
        Host.TYPE_KEY, host.text(), new Host.Command.Instruct(orderId, order, within, outcomes));
  }
}
