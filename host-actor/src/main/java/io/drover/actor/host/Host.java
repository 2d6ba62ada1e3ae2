package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.InMemory;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.HostView;
import io.drover.actor.api.Refusal;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.LossLimits;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.lease.WitnessList;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * One host: what is promised on it, and the session of its agent. Entity id: {@link HostId#text()}.
 *
 * <pre>Unregistered ─HostRegistered─▶ Available ◀─Cordoned / Uncordoned─▶ Cordoned</pre>
 *
 * Claims are the authority on capacity. The session, the guests it reports and the orders under way
 * are not journaled: an agent says them again, and who ordered something orders it again.
 */
public final class Host {
  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "host");

  private Host() {}

  /**
   * What a host needs of the world.
   *
   * @param clock for what people read; session timeouts too
   * @param fencing for when its agent falls silent
   */
  public record Ports(
      HostPeers peers, EntitySettings settings, InstantSource clock, Fencing fencing) {}

  /**
   * What it takes to prove a host dead.
   *
   * @param monotonic a clock that nobody sets: nanoseconds since whenever
   */
  public record Fencing(
      LeaseSettings settings,
      LossLimits limits,
      WitnessCalls witnesses,
      PowerSwitch power,
      LongSupplier monotonic) {}

  /**
   * The entity.
   *
   * @param memory what it is in
   */
  public static Behavior<Command> create(
      HostId host, PersistenceId persistenceId, Ports ports, InMemory memory) {
    return HostBehavior.create(host, persistenceId, ports, memory);
  }

  /** What may be asked of a host. */
  public sealed interface Command extends CborSerializable
      permits Command.AttachAgent,
          Command.AgentSaid,
          Command.DetachAgent,
          Command.CheckSession,
          Command.Claim,
          Command.ReleaseClaim,
          Command.HandOverClaim,
          Command.Instruct,
          Command.ReportGuest,
          Command.UpholdFence,
          Command.SendOffer,
          Command.UpdateEndpoints,
          Command.Change,
          Command.IfUnchanged,
          Command.Get,
          ToSelf {

    /**
     * An agent said Hello on a new session. The answer goes to the session: {@link
     * AgentSession.Welcome}, or {@link AgentSession.Refused} and nothing is attached.
     *
     * @param endpoints what the agent is to fall back to
     * @param sessionId unique per session; later messages about it carry it
     */
    record AttachAgent(
        HostId host,
        AgentReport.Hello hello,
        AgentSession.EndpointList endpoints,
        ActorRef<AgentSession> session,
        String sessionId)
        implements Command {}

    /**
     * What an agent said on that session; ignored when the session is not the current one.
     *
     * @param number of what was said on it, from 1; 0 = not counted
     */
    record AgentSaid(String sessionId, long number, AgentReport report) implements Command {
      public AgentSaid(String sessionId, AgentReport report) {
        this(sessionId, 0, report);
      }
    }

    /** That session is over. */
    record DetachAgent(String sessionId) implements Command {}

    /**
     * Answered only when that session is not the current one: by {@link AgentSession.Refused}, not
     * for good. An entity that moved knows no session, and its agent must say Hello again.
     */
    record CheckSession(String sessionId, ActorRef<AgentSession> session) implements Command {}

    /**
     * Promises resources to a VM or a migration. Repeatable: an owner has one claim here, and a
     * second request for the same amount is granted as it is.
     */
    record Claim(
        EntityId owner,
        Resources resources,
        String image,
        Optional<ImagePin> pin,
        ActorRef<ClaimReply> replyTo)
        implements Command {
      public Claim(
          EntityId owner, Resources resources, String image, ActorRef<ClaimReply> replyTo) {
        this(owner, resources, image, Optional.empty(), replyTo);
      }
    }

    /**
     * The owner may be done with its claim. It may also have claimed again since it said so, by way
     * of a scheduler: so the host asks it. Repeatable; done also when there is no such claim.
     */
    record ReleaseClaim(EntityId owner) implements Command {}

    /** The claim of a migration becomes its VM's. Repeatable. */
    record HandOverClaim(EntityId fromOwner, EntityId toOwner, ActorRef<ClaimReply> replyTo)
        implements Command {}

    /**
     * Has the agent do something: delivered when a session is there, again on each new session,
     * until it is answered or its deadline passes. Repeating it with the same id replaces {@code
     * replyTo}; an agent answers an id it has seen before from memory.
     *
     * @param orderId the same for the same step of the same work, for ever
     * @param deadline how long from now
     */
    record Instruct(
        String orderId, AgentOrder order, Duration deadline, ActorRef<OrderOutcome> replyTo)
        implements Command {}

    /** Has the host tell this VM how its guest is, or that the agent is not attached. */
    record ReportGuest(VmId vm) implements Command {}

    /**
     * A VM is about to get a grant elsewhere, for this host is fenced, it heard. Answered by {@link
     * io.drover.actor.vm.Vm.FromHost.FenceUpheld} once the proof is journaled again: that an old
     * incarnation cannot, and one whose agent is back does not.
     *
     * @param runEpoch of the grant that ends
     */
    record UpholdFence(VmId vm, Epoch runEpoch) implements Command {}

    /** Has the host tell the scheduler of its area what it has to give. */
    record SendOffer() implements Command {}

    /** Gives the agent a new list of endpoints; a version not above the last is ignored. */
    record UpdateEndpoints(AgentSession.EndpointList endpoints) implements Command {}

    /** From people. */
    sealed interface Change extends Command {
      ActorRef<Reply> replyTo();
    }

    /** No new claims from now on. Repeatable. */
    record Cordon(ActorRef<Reply> replyTo) implements Change {}

    /** Repeatable. */
    record Uncordon(ActorRef<Reply> replyTo) implements Change {}

    /**
     * A person says that the host is off, and nothing runs there any more. Repeatable; refused
     * while its agent is connected.
     */
    record ConfirmOff(String reason, ActorRef<Reply> replyTo) implements Change {}

    /** The change, if the host still has this version; else refused, and nothing is changed. */
    record IfUnchanged(long version, Change change) implements Command {}

    record Get(ActorRef<Reply> replyTo) implements Command {}
  }

  /** Answers to people. */
  public sealed interface Reply extends CborSerializable {
    record Shown(HostView host) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /**
   * The owner's answer about its claim.
   *
   * @param question the number it was asked under
   */
  public record Need(EntityId owner, long question, boolean needed) implements CborSerializable {}

  /**
   * Whether a silent host may be fenced now.
   *
   * @param reason why not
   */
  public record Leave(boolean given, String reason) implements CborSerializable {}

  /** Who could vouch for a host, and can be reached. */
  public record Candidates(List<WitnessCandidate> all) implements CborSerializable {
    public Candidates {
      all = List.copyOf(all);
    }
  }

  /** What is remembered of a host. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record HostRegistered(HostId host, Capabilities capabilities, Instant at) implements Event {}

    record CapabilitiesChanged(Capabilities capabilities, Instant at) implements Event {}

    /** This incarnation of the entity commands the agent; whoever has a lower epoch does not. */
    record ControlTaken(Epoch controlEpoch, Instant at) implements Event {}

    /**
     * An agent said Hello and was welcomed.
     *
     * @param stateId of the folder with its grants; empty in events of before it was said
     */
    record AgentAttached(String incarnation, String stateId, Instant at) implements Event {
      public AgentAttached {
        stateId = Objects.requireNonNullElse(stateId, "");
      }
    }

    record AgentDetached(String reason, Instant at) implements Event {}

    record Claimed(EntityId owner, Resources resources, Instant at) implements Event {}

    record ClaimReleased(EntityId owner, String reason, Instant at) implements Event {}

    record ClaimHandedOver(EntityId fromOwner, EntityId toOwner, Instant at) implements Event {}

    /** The owner of a claim from before the host was fenced still needs it there. */
    record ClaimConfirmed(EntityId owner, Instant at) implements Event {}

    record Cordoned(Instant at) implements Event {}

    record Uncordoned(Instant at) implements Event {}

    /** The host is asked to hold a lease, under an epoch that was never used for it. */
    record LeaseOpened(Epoch leaseEpoch, Duration ttl, WitnessList witnesses, Instant at)
        implements Event {}

    /** The agent takes no leases any more. */
    record LeaseClosed(Instant at) implements Event {}

    /** The agent holds it, for the first time under this epoch. */
    record LeaseHeld(Epoch leaseEpoch, Instant at) implements Event {}

    /** First step of a change of the witnesses. */
    record WitnessesProposed(WitnessList witnesses, Instant at) implements Event {}

    /** Second step: the agent has the list on its disk. */
    record WitnessesActivated(long version, Instant at) implements Event {}

    /** The host is silent, and its witnesses are about to be asked to revoke its lease. */
    record RevocationBegun(Epoch leaseEpoch, Instant at) implements Event {}

    /** A majority of the witnesses has revoked it. */
    record LeaseRevoked(Epoch leaseEpoch, String evidence, Instant at) implements Event {}

    /**
     * A fence command is about to be started: by this incarnation of the entity and no other.
     *
     * @param number one more than of the last one, ever
     */
    record FenceBegun(long number, Instant at) implements Event {}

    /** The one that was begun last did not make its device say that the host is off. */
    record FenceFailed(String evidence, Instant at) implements Event {}

    /**
     * Proven: no guest that may be restarted elsewhere runs there. Every claim is void until its
     * owner has said that it still needs it.
     */
    record HostFenced(FenceProof proof, Instant at) implements Event {}
  }

  /** What an agent says about its machine. */
  public record Capabilities(
      String agentVersion,
      Resources capacity,
      List<HypervisorSupport> hypervisors,
      List<ImageSupport> images,
      String transferEndpoint,
      Map<String, String> labels)
      implements CborSerializable {
    public Capabilities {
      hypervisors = List.copyOf(hypervisors);
      images = List.copyOf(images);
      labels = Map.copyOf(labels);
    }

    public static Capabilities of(AgentReport.Hello hello) {
      return new Capabilities(
          hello.agentVersion(),
          hello.capacity(),
          hello.hypervisors(),
          hello.images(),
          hello.transferEndpoint(),
          hello.labels());
    }
  }
}
