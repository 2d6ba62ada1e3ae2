package io.drover.actor.host;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.host.HostState.Registered;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.HostId;
import io.drover.config.units.Spans;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the sessions of a host's agent begin and end, and what is said on them. In one actor. */
final class SessionDesk {
  private final HostId host;
  private final Host.Ports ports;
  private final EntitySettings settings;
  private final HostVoice voice;
  private final LeaseVoice leases;
  private final LossActs acts;

  SessionDesk(HostId host, Host.Ports ports, HostVoice voice, LeaseVoice leases, LossActs acts) {
    this.host = host;
    this.ports = ports;
    this.settings = ports.settings();
    this.voice = voice;
    this.leases = leases;
    this.acts = acts;
  }

  /** An agent says Hello; without events nothing is attached. */
  Reaction attach(HostState state, Command.AttachAgent c, AgentLink link, LossWatch watch) {
    if (link.isCurrent(c.sessionId())) {
      return Reaction.NONE; // told again before the welcome was there
    }
    Optional<AgentLink.Session> rival =
        link.rivalOf(c.hello().incarnation(), elapsed(), settings.sessionTimeout());
    if (rival.isPresent()) {
      voice.refuseRival(rival.get(), c);
      return Reaction.NONE;
    }
    Optional<String> objection = AttachRules.objection(host, state, c.hello());
    if (objection.isPresent()) {
      voice.refuseStranger(c, objection.get());
      return Reaction.NONE;
    }
    boolean restarted = AttachRules.isRestart(state, c.hello());
    acts.withdraw();
    return new Reaction(
        AttachRules.events(
            host, state, c.hello(), link.isInControl(), ports.fencing().settings(), now()),
        next -> {
          link.tookControl();
          watch.end();
          voice.welcome(next, link, c, restarted, now(), elapsed());
        });
  }

  Reaction said(Registered state, Command.AgentSaid c, AgentLink link, LossWatch watch) {
    if (!link.isCurrent(c.sessionId())) {
      return Reaction.NONE; // of a session that was replaced
    }
    if (!link.isNext(c.number())) {
      // What a guest became may be among what was lost on the way here: the next Hello says it all.
      voice.dismiss(link, "a message of the agent was lost");
      return detach(state, "a message of its agent was lost", link, watch);
    }
    link.heard(now(), elapsed());
    if (c.report() instanceof AgentReport.OrderResult(String _, AgentReport.Outcome.Failed failed)
        && failed.code() == AgentReport.FailureCode.STALE_CONTROL_EPOCH) {
      // The agent has obeyed a later incarnation. It says Hello again, and the journal decides.
      voice.dismiss(link, "control epoch " + state.facts().controlEpoch() + " is stale");
      return detach(state, "its agent has seen a higher control epoch", link, watch);
    }
    if (c.report() instanceof AgentReport.Heartbeat beat) {
      link.staleOrdersRefused(beat.staleOrdersRefused());
      return leases.told(state, beat.lease(), link, now());
    }
    return Reaction.say(() -> voice.pass(c.report(), state, link, now()));
  }

  /** Time passes, and there is a session. */
  Reaction tick(Registered state, AgentLink link, LossWatch watch) {
    if (!link.isSilent(elapsed(), settings.sessionTimeout())) {
      return Reaction.say(() -> leases.review(state, link, elapsed()));
    }
    voice.dismiss(link, "no heartbeat for " + Spans.text(settings.sessionTimeout()));
    return detach(state, "its agent fell silent", link, watch);
  }

  Reaction detach(Registered state, String reason, AgentLink link, LossWatch watch) {
    link.close();
    Reaction begun = watch.begin(state);
    List<Event> events = new ArrayList<>(List.of(new Event.AgentDetached(reason, now())));
    events.addAll(begun.events());
    return new Reaction(
        events,
        next -> {
          voice.agentLost(next, link);
          begun.then().accept(next);
        });
  }

  private Instant now() {
    return ports.clock().instant();
  }

  private Duration elapsed() {
    return Duration.ofNanos(ports.fencing().monotonic().getAsLong());
  }
}
