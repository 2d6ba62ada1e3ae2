package io.drover.actor.migration;

import io.drover.actor.CborSerializable;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.host.Host;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * One live migration of one VM: the next step, forward or back. Entity id: the text of its {@code
 * MigrationId}. States and transitions: {@link MigrationState}.
 *
 * <p>It never decides where the VM may run: {@code Vm} does, and its {@code SwitchedOver} is the
 * one point of no return. Decisions are journaled, progress is not: what was asked for is asked for
 * again after a restart, under the same order ids.
 */
public final class Migration {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "migration");

  private Migration() {}

  /** What a migration needs of the world. */
  public record Ports(
      Routes routes,
      MigrationObserver observer,
      MigrationSettings settings,
      EntitySettings entities,
      InstantSource clock) {}

  /**
   * The entity.
   *
   * @param rest called a while after it is over, when it need not stay in memory: has the shard
   *     passivate it
   */
  public static Behavior<Command> create(
      MigrationId migration, PersistenceId persistenceId, Ports ports, Runnable rest) {
    return MigrationBehavior.create(migration, persistenceId, ports, rest);
  }

  /** What may be asked of a migration. */
  public sealed interface Command extends CborSerializable
      permits Request, Notice, MigrationBehavior.Internal {}

  /** From people, through the API. */
  public sealed interface Request extends Command {
    ActorRef<Reply> replyTo();

    /**
     * Starts it. Repeatable with the same request.
     *
     * @param source where the VM was seen to run; the VM itself has the last word
     * @param ifVersion the VM takes part only if it still has this version
     * @param requestDigest of the request; another one for the same migration is refused
     */
    record Start(
        VmId vm,
        HostId source,
        MigrateRequest request,
        Optional<Long> ifVersion,
        String requestDigest,
        ActorRef<Reply> replyTo)
        implements Request {
      public Start(
          VmId vm,
          HostId source,
          MigrateRequest request,
          String requestDigest,
          ActorRef<Reply> replyTo) {
        this(vm, source, request, Optional.empty(), requestDigest, replyTo);
      }
    }

    /**
     * Rolls it back unless the switchover has happened. Repeatable.
     *
     * @param ifVersion only if the migration still has this version
     */
    record Cancel(Optional<Long> ifVersion, ActorRef<Reply> replyTo) implements Request {
      public Cancel(ActorRef<Reply> replyTo) {
        this(Optional.empty(), replyTo);
      }
    }

    record Get(ActorRef<Reply> replyTo) implements Request {}
  }

  /** From the VM and the hosts; each may come late, twice or never. */
  public sealed interface Notice extends Command {
    /** A round, a failed transfer or a finished target, from the agent of that host. */
    record AgentSaid(HostId host, AgentReport report) implements Notice {}

    /** The agent of that host came back as another process: its transfers are gone. */
    record AgentRestarted(HostId host, String incarnation) implements Notice {}

    /** The agent of that host has no session any more; it may work on. */
    record AgentLost(HostId host) implements Notice {}

    /** The VM cannot go on with it: roll back; after the switchover, give up the source's copy. */
    record GiveUp(String reason) implements Notice {}

    /**
     * Whether this migration still needs its claim there.
     *
     * @param question comes back with the answer
     */
    record StillNeeds(HostId host, long question, ActorRef<Host.Need> replyTo) implements Notice {}
  }

  /** Answers to people. */
  public sealed interface Reply extends CborSerializable {
    record Shown(MigrationView migration) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /** What is remembered of a migration. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    /**
     * A request is accepted.
     *
     * @param wantedTarget this host or none
     * @param wantedArea empty = the source's own
     * @param ifVersion the VM takes part only if it still has this version
     */
    record Requested(
        VmId vm,
        HostId source,
        Optional<HostId> wantedTarget,
        Optional<AreaId> wantedArea,
        Duration downtimeLimit,
        DataRate bandwidthLimit,
        Optional<Long> ifVersion,
        String requestDigest,
        Instant at)
        implements Event {
      public Requested(
          VmId vm,
          HostId source,
          Optional<HostId> wantedTarget,
          Optional<AreaId> wantedArea,
          Duration downtimeLimit,
          DataRate bandwidthLimit,
          String requestDigest,
          Instant at) {
        this(
            vm,
            source,
            wantedTarget,
            wantedArea,
            downtimeLimit,
            bandwidthLimit,
            Optional.empty(),
            requestDigest,
            at);
      }
    }

    /** The VM takes part: it runs there, under this grant, and no other migration may begin. */
    record Begun(HostId source, Epoch runEpoch, GuestSpec spec, Instant at) implements Event {}

    /**
     * A claim at the target is ours.
     *
     * @param refused hosts that were asked before and refused it
     */
    record TargetReserved(HostId target, List<HostReason> refused, Instant at) implements Event {
      public TargetReserved {
        refused = refused == null ? List.of() : List.copyOf(refused); // not in older journals
      }
    }

    /**
     * That target cannot take it: another attempt follows.
     *
     * @param busy it may take it later, and did nothing wrong
     */
    record TargetRefused(HostId target, String reason, boolean busy, Instant at) implements Event {}

    /** The incoming guest exists, paused. */
    record TargetPrepared(TransferTicket ticket, Instant at) implements Event {}

    record PreCopyStarted(Instant at) implements Event {}

    /**
     * It converged, and the VM is locked against changes.
     *
     * @param rounds as far as they are kept
     */
    record VmLocked(Duration predictedBlackout, List<Round> rounds, Instant at) implements Event {
      public VmLocked {
        rounds = List.copyOf(rounds);
      }
    }

    record StopOrdered(Instant at) implements Event {}

    /**
     * The VM's grant is at the target.
     *
     * @param cutover empty when the migration learned of it by being too late to roll back
     */
    record SwitchedOver(HostId target, Epoch runEpoch, Optional<Cutover> cutover, Instant at)
        implements Event {}

    /**
     * The target's claim is the VM's.
     *
     * @param note what went wrong with it; empty = nothing
     */
    record ClaimHandedOver(String note, Instant at) implements Event {}

    /** The guest runs at the target. */
    record Verified(Instant resumedAt, Duration guestGap, Instant at) implements Event {}

    /**
     * The source's copy is not needed although the guest was not verified.
     *
     * @param reason the VM runs under a later grant, or its owner wants it gone
     */
    record SourceGivenUp(String reason, Instant at) implements Event {}

    /**
     * The source's guest is removed, or could not be reached.
     *
     * @param note when the source could not be reached; empty = removed
     */
    record SourceReleased(String note, Instant at) implements Event {}

    record Completed(Instant at) implements Event {}

    /**
     * It goes back, unless the VM says that it is too late.
     *
     * @param cancelled by a person
     * @param rounds as far as they are kept
     */
    record RollbackStarted(String reason, boolean cancelled, List<Round> rounds, Instant at)
        implements Event {
      public RollbackStarted {
        rounds = List.copyOf(rounds);
      }
    }

    /** The VM stays at the source, for certain. */
    record Abandoned(Instant at) implements Event {}

    /**
     * Both sides are cleaned, the claim is released.
     *
     * @param note what could not be reached; empty = all were
     */
    record RolledBack(String note, Instant at) implements Event {}

    record OperatorNeeded(String reason, String nextAction, Instant at) implements Event {}
  }

  /**
   * The figures of the blackout, as both ends and the commit gave them.
   *
   * @param commit from both digests in hand to the VM's answer
   */
  public record Cutover(
      String sourceDigest,
      Optional<String> targetDigest,
      Instant pausedAt,
      ByteSize totalBytes,
      ByteSize deviceStateBytes,
      Duration hypervisorDowntime,
      Duration pause,
      Duration finalCopy,
      Duration deviceState,
      Optional<Duration> commit)
      implements CborSerializable {}
}
