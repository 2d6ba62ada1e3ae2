package io.drover.actor.placement;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.lease.MassFailureGuard;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.Scheduler.Command;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.config.units.AreaId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a scheduler knows about the loss of hosts, as it sees all of its area: who could vouch for
 * whom, whether much has vanished at once, and which VMs wait to be restarted. Not threadsafe.
 */
final class LossDesk {
  private final AreaId area;
  private final Scheduler.Ports ports;
  private final MassFailureGuard guard;
  private final WeakLeases leases;
  private final WitnessPool witnesses = new WitnessPool();
  private final RestartQueue restarts = new RestartQueue();

  LossDesk(AreaId area, Scheduler.Ports ports) {
    this.area = area;
    this.ports = ports;
    this.guard = new MassFailureGuard(area, ports.leases());
    this.leases = new WeakLeases(ports.leases().witnessReview());
  }

  private Instant now() {
    return ports.clock().instant();
  }

  void offered(HostOffer offer) {
    witnesses.put(offer);
    leases.put(offer, now());
    guard.put(
        offer.host(),
        offer.connected(),
        offer.safety().gone(),
        offer.safety().lostAt().orElseGet(this::now));
  }

  void findWitnesses(Command.FindWitnesses c) {
    List<WitnessCandidate> all = new ArrayList<>(witnesses.near(c.host(), c.current()));
    all.addAll(ports.board().besides(area));
    c.replyTo().tell(new Host.Candidates(all));
  }

  void postWitnesses() {
    ports.board().post(area, witnesses.some());
  }

  List<Alarm> alarms() {
    return leases.alarms(now());
  }

  void judge(Command.JudgeLoss c) {
    Optional<String> objection = guard.objection(c.accepted(), c.lostAt());
    c.replyTo().tell(new Host.Leave(objection.isEmpty(), objection.orElse("")));
  }

  void describe(Command.DescribeLosses c) {
    c.replyTo().tell(guard.objection(c.accepted()).map(c.view()::alarming).orElse(c.view()));
  }

  void restart(Command.RestartVm request) {
    restarts.add(request).ifPresent(last -> last.replyTo().tell(refused(last)));
  }

  private Placement refused(Command.RestartVm request) {
    String detail =
        "%d more important VMs of lost hosts wait to be restarted in area %s, the limit"
            .formatted(RestartQueue.LIMIT, area);
    return new Placement.Refused(
        Optional.of(request.vm()), Refusal.of(Refusal.Kind.UNAVAILABLE, detail));
  }

  boolean hasRestarts() {
    return !restarts.isEmpty();
  }

  List<Command.RestartVm> takeRestarts() {
    return restarts.takeBatch();
  }
}
