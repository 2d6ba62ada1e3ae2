package io.drover.actor.host;

import io.drover.actor.agent.AgentReport.Hello;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Facts;
import io.drover.actor.host.HostState.Registered;
import io.drover.actor.host.HostState.Unregistered;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a Hello means for the journal. Pure. */
final class AttachRules {
  private AttachRules() {}

  /**
   * The events of an agent that attaches.
   *
   * @param inControl this incarnation of the entity has journaled its control epoch already
   */
  static List<Event> events(
      HostId host,
      HostState state,
      Hello hello,
      boolean inControl,
      LeaseSettings leases,
      Instant now) {
    Host.Capabilities said = Host.Capabilities.of(hello);
    List<Event> events = new ArrayList<>();
    Epoch held = Epoch.NONE;
    switch (state) {
      case Unregistered _ -> events.add(new Event.HostRegistered(host, said, now));
      case Registered s -> {
        held = s.facts().controlEpoch();
        if (!s.facts().capabilities().equals(said)) {
          events.add(new Event.CapabilitiesChanged(said, now));
        }
      }
    }
    boolean overtaken = held.isBefore(hello.highestControlEpoch());
    if (!inControl || overtaken) {
      Epoch highest = overtaken ? hello.highestControlEpoch() : held;
      events.add(new Event.ControlTaken(highest.next(), now));
    }
    if (state instanceof Registered s) {
      LeaseRules.attached(s.facts().safety(), hello.lease(), leases, now).ifPresent(events::add);
    }
    events.add(new Event.AgentAttached(hello.incarnation(), hello.stateId(), now));
    return events;
  }

  /**
   * Why an agent may not have this host: it does not know what an earlier one was granted, so that
   * guests would run beside those it cannot see. Empty when it may.
   */
  static Optional<String> objection(HostId host, HostState state, Hello hello) {
    if (!(state instanceof Registered s)) {
      return Optional.empty();
    }
    String known = s.facts().stateId();
    boolean stranger = !known.isEmpty() && !known.equals(hello.stateId());
    long guests =
        s.facts().claims().stream().filter(claim -> claim.owner().startsWith("vm-")).count();
    return stranger && !hello.stateLost() && guests > 0
        ? Optional.of(
            "%s is known with state folder %s, this agent has %s, and %d VMs are placed there: their guests may still run. Start it with that folder; or, once none of them runs any more, with --state-lost"
                .formatted(
                    host,
                    known,
                    hello.stateId().isEmpty() ? "none" : "another, " + hello.stateId(),
                    guests))
        : Optional.empty();
  }

  /** Whether the agent is another process than the one that was attached last. */
  static boolean isRestart(HostState state, Hello hello) {
    return switch (state) {
      case Unregistered _ -> false;
      case Registered s -> isAnother(s.facts(), hello);
    };
  }

  private static boolean isAnother(Facts facts, Hello hello) {
    return !facts.incarnation().isEmpty() && !facts.incarnation().equals(hello.incarnation());
  }
}
