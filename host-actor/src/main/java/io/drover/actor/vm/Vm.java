package io.drover.actor.vm;

import io.drover.actor.CborSerializable;
import io.drover.actor.Ids;
import io.drover.actor.InMemory;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.host.Host;
import io.drover.actor.lease.FenceProof;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.WorkloadBurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * One VM: what its owner wants, and the run grant that says where it may run. Entity id: {@link
 * VmId#text()}. States and transitions: {@link VmState}.
 *
 * <p>Only this entity issues run grants, and persists each before anything is ordered. It drives
 * reality towards them: a lost guest gets a new grant under a higher epoch, a guest without a grant
 * is paused or removed.
 */
public final class Vm {
  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "vm");

  private Vm() {}

  /** What a VM needs of the world. */
  public record Ports(
      Routes routes,
      VmPeers peers,
      EntitySettings settings,
      WorkloadBurstSettings workloadBurst,
      InstantSource clock,
      Ids ids) {}

  /**
   * The entity.
   *
   * @param memory what it is in
   */
  public static Behavior<Command> create(
      VmId vm, PersistenceId persistenceId, Ports ports, InMemory memory) {
    return VmBehavior.create(vm, persistenceId, ports, memory);
  }

  /** What may be asked of a VM. */
  public sealed interface Command extends CborSerializable
      permits Request, FromHost, FromMigration, VmBehavior.Internal {}

  /** From its owner, through the API. */
  public sealed interface Request extends Command {
    ActorRef<Reply> replyTo();

    /**
     * Places it and lets it start. Repeatable with the same request.
     *
     * @param requestDigest of the request; another one for the same VM is refused
     */
    record Create(NewVm request, String requestDigest, ActorRef<Reply> replyTo)
        implements Request {}

    record Get(ActorRef<Reply> replyTo) implements Request {}

    /** Places it anew and lets it start; refused unless it is stopped or has failed. */
    record Start(OperationId operation, ActorRef<Reply> replyTo) implements Request {}

    /** Asks the guest to stop; kills it after the grace period. Its claim is given back. */
    record Stop(OperationId operation, Duration grace, ActorRef<Reply> replyTo)
        implements Request {}

    /** Stops the guest and boots it again on the same host. */
    record Reboot(OperationId operation, ActorRef<Reply> replyTo) implements Request {}

    /** Stops it and forgets it. */
    record Delete(OperationId operation, ActorRef<Reply> replyTo) implements Request {}

    record GetOperation(OperationId operation, ActorRef<Reply> replyTo) implements Request {}

    /**
     * The change, if the VM still has this version when it is decided; else refused, and nothing is
     * changed. A change that was accepted before is answered as it was.
     */
    record IfUnchanged(long version, Request change) implements Request {
      @Override
      public ActorRef<Reply> replyTo() {
        return change.replyTo();
      }
    }
  }

  /** Answers to its owner. */
  public sealed interface Reply extends CborSerializable {
    record Shown(VmView vm) implements Reply {}

    /** The work is in the journal, and under way. */
    record Accepted(OperationView operation) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /** From the Host entities. */
  public sealed interface FromHost extends Command {
    HostId host();

    /** The agent reported a change of a guest of this VM. */
    record GuestReported(HostId host, GuestStatus guest) implements FromHost {}

    /**
     * The agent of a host that has to do with this VM is attached.
     *
     * @param guest what it has of this VM; empty = nothing
     */
    record HostAttached(HostId host, String incarnation, Optional<GuestStatus> guest)
        implements FromHost {}

    /** The agent is not attached; the guest may run on. */
    record HostDetached(HostId host) implements FromHost {}

    /**
     * It is proven that no guest that may be restarted elsewhere runs there. This may be long ago:
     * nothing rests on it before it is upheld.
     */
    record HostFenced(HostId host, FenceProof proof) implements FromHost {}

    /**
     * The proof holds for the grant of that run epoch.
     *
     * @param runEpoch as this VM asked about it
     */
    record FenceUpheld(HostId host, Epoch runEpoch, FenceProof proof) implements FromHost {}

    /**
     * Whether this VM still needs its claim there.
     *
     * @param question comes back with the answer
     */
    record StillNeeds(HostId host, long question, ActorRef<Host.Need> replyTo)
        implements FromHost {}
  }

  /** From a Migration. Each may be repeated and gets the same answer. */
  public sealed interface FromMigration extends Command {
    MigrationId migration();

    ActorRef<MigrationReply> replyTo();

    /**
     * Answered by MigrationBegun, or Refused: MIGRATION_IN_PROGRESS, CONFLICT when it does not run,
     * VERSION_MISMATCH.
     *
     * @param ifVersion begins only if the VM still has this version
     */
    record BeginMigration(
        MigrationId migration, Optional<Long> ifVersion, ActorRef<MigrationReply> replyTo)
        implements FromMigration {}

    /** No changes from now on. Answered by Locked, or Refused when a change came first. */
    record LockForMigration(MigrationId migration, ActorRef<MigrationReply> replyTo)
        implements FromMigration {}

    /**
     * The point of no return: the run grant moves to the target. Answered by SwitchedOver once it
     * is in the journal; the VM itself then has the target activate the guest.
     */
    record SwitchOver(MigrationId migration, HostId target, ActorRef<MigrationReply> replyTo)
        implements FromMigration {}

    /**
     * Asks who has the grant before rolling back. Answered by Abandoned, after which a SwitchOver
     * of this migration is refused for ever, or by AlreadySwitchedOver: then it must go forward.
     */
    record AbandonMigration(MigrationId migration, ActorRef<MigrationReply> replyTo)
        implements FromMigration {}

    /**
     * The migration is over, either way; queued requests run now. Answered by Ended.
     *
     * @param outcome for people
     */
    record EndMigration(MigrationId migration, String outcome, ActorRef<MigrationReply> replyTo)
        implements FromMigration {}
  }

  /** Answers to a Migration. */
  public sealed interface MigrationReply extends CborSerializable {
    MigrationId migration();

    record MigrationBegun(MigrationId migration, HostId source, Epoch runEpoch, GuestSpec spec)
        implements MigrationReply {}

    record Locked(MigrationId migration) implements MigrationReply {}

    /**
     * The target has the grant.
     *
     * @param runEpoch of the grant it has now: higher than that of the switchover when the guest
     *     was lost there and booted again
     */
    record SwitchedOver(MigrationId migration, HostId target, Epoch runEpoch)
        implements MigrationReply {}

    /** Too late to abandon; runEpoch as in {@link SwitchedOver}. */
    record AlreadySwitchedOver(MigrationId migration, HostId target, Epoch runEpoch)
        implements MigrationReply {}

    /** The source keeps the grant. */
    record Abandoned(MigrationId migration, HostId source, Epoch runEpoch)
        implements MigrationReply {}

    record Ended(MigrationId migration) implements MigrationReply {}

    /** Nothing changed. */
    record Refused(MigrationId migration, Refusal refusal) implements MigrationReply {}
  }

  /** What is remembered of a VM. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record Created(
        VmId vm, String name, GuestSpec spec, BurstPolicy burst, String requestDigest, Instant at)
        implements Event {
      public Created {
        burst = Objects.requireNonNullElse(burst, BurstPolicy.NEVER); // older events
      }
    }

    /**
     * Its home has no room for it: the grant that follows is for another area's host, and it wants
     * home.
     */
    record Overflowed(AreaId home, AreaId area, Instant at) implements Event {}

    /**
     * It may run on this host, under this epoch, and nowhere else.
     *
     * @param counted against the restart limit
     */
    record Granted(HostId host, Epoch runEpoch, String reason, boolean counted, Instant at)
        implements Event {}

    /** The guest runs under the grant. */
    record Started(Epoch runEpoch, Instant at) implements Event {}

    /** Work begins, or waits until the migration is over. */
    record OperationAccepted(OperationId operation, Work work, Duration grace, Instant at)
        implements Event {}

    record OperationFailed(OperationId operation, String reason, Instant at) implements Event {}

    /** The guest is gone and the grant with it. */
    record Stopped(Instant at) implements Event {}

    record Deleted(Instant at) implements Event {}

    /** Drover gave up; the grant is taken back. */
    record Failed(String reason, Instant at) implements Event {}

    /**
     * Its host was lost: it may run on this one, under this epoch, and nowhere else.
     *
     * @param lost the host it ran on
     */
    record Relocated(HostId host, Epoch runEpoch, HostId lost, String reason, Instant at)
        implements Event {}

    /** It was restarted so often that a person has to look; the grant is taken back. */
    record OperatorNeeded(String reason, Instant at) implements Event {}

    record MigrationBegun(MigrationId migration, Instant at) implements Event {}

    record Locked(MigrationId migration, Instant at) implements Event {}

    /** The one point of no return of a migration. */
    record SwitchedOver(MigrationId migration, HostId target, Epoch runEpoch, Instant at)
        implements Event {}

    record MigrationAbandoned(MigrationId migration, Instant at) implements Event {}

    record MigrationEnded(MigrationId migration, String outcome, Instant at) implements Event {}
  }

  /** What an owner may want done that takes time. */
  public enum Work {
    START,
    REBOOT,
    STOP,
    DELETE
  }
}
