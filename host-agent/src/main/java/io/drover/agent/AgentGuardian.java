package io.drover.agent;

import io.drover.agent.session.ControlSession;
import io.drover.agent.supervision.HostParts;
import io.drover.agent.supervision.HostSupervisor;
import io.drover.config.settings.AgentSettings;
import io.drover.config.units.Resources;
import io.drover.protocol.v1.FromAgent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * The root of an agent's actors: the guests first, then, once they are where their grants say, the
 * session. A session that fails is started again; without the guests' supervisor the agent ends.
 */
final class AgentGuardian {
  private static final Duration SESSION_RESTART_MIN = Duration.ofMillis(500);
  private static final Duration SESSION_RESTART_MAX = Duration.ofSeconds(10);
  private static final double SESSION_RESTART_JITTER = 0.2;

  private AgentGuardian() {}

  static Behavior<Done> create(
      AgentSettings settings,
      Resources capacity,
      HostParts host,
      Optional<LeaseParts> leases,
      RandomGenerator random,
      CompletableFuture<Done> reconciled) {
    return Behaviors.setup(context -> {
      AtomicReference<ActorRef<ControlSession.Command>> session = new AtomicReference<>();
      ActorRef<HostSupervisor.Command> supervisor =
          context.spawn(
              HostSupervisor.create(host, message -> say(session.get(), message), reconciled),
              "host");
      context.watch(supervisor); // without it nothing works: the agent ends
      leases.ifPresent(
          parts -> parts.keeper().onChange(() -> leaseChanged(parts, supervisor, session.get())));
      LocalHost local = new LocalHost(settings, capacity, host, supervisor, leases);
      context.pipeToSelf(reconciled, (_, _) -> Done.done());
      return Behaviors.receiveMessage(_ -> {
        session.set(
            context.spawn(
                session(settings, host, local, random), "session", DispatcherSelector.blocking()));
        return Behaviors.same();
      });
    });
  }

  private static Behavior<ControlSession.Command> session(
      AgentSettings settings, HostParts host, LocalHost local, RandomGenerator random) {
    return Behaviors.supervise(ControlSession.create(settings, host.store(), local, random))
        .onFailure(
            SupervisorStrategy.restartWithBackoff(
                SESSION_RESTART_MIN, SESSION_RESTART_MAX, SESSION_RESTART_JITTER));
  }

  private static void leaseChanged(
      LeaseParts leases,
      ActorRef<HostSupervisor.Command> supervisor,
      @Nullable ActorRef<ControlSession.Command> session) {
    if (leases.keeper().refusal().isEmpty()) {
      supervisor.tell(new HostSupervisor.LeaseHeld());
    }
    if (session != null) {
      session.tell(new ControlSession.Beat());
    }
  }

  /** Before the session exists nobody misses anything: its Hello says it all. */
  private static void say(@Nullable ActorRef<ControlSession.Command> session, FromAgent message) {
    if (session != null) {
      session.tell(new ControlSession.Say(message));
    }
  }
}
