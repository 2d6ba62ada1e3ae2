package io.drover.actor.placement;

import io.drover.actor.CborSerializable;
import io.drover.actor.Routes;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.area.FleetSight;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostOffer;
import io.drover.actor.lease.Witness;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.LeaseSettings;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.WorkloadBurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * The scheduler of one area: knows what every host of the area has to give, chooses, and claims at
 * the Host. Entity id: the area's name. Nothing is journaled; after a move it asks the hosts again.
 */
public final class Scheduler {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "scheduler");

  private Scheduler() {}

  /** What a scheduler needs of the world. */
  public record Ports(
      Routes routes,
      SchedulerPeers peers,
      EntitySettings settings,
      MoveSettings moves,
      LeaseSettings leases,
      WitnessBoard board,
      WorkloadBurstSettings workloadBurst,
      FleetSight sight,
      InstantSource clock) {}

  /** The actor. */
  public static Behavior<Command> create(AreaId area, Ports ports) {
    return SchedulerBehavior.create(area, ports);
  }

  /** What may be asked of a scheduler. */
  public sealed interface Command extends CborSerializable
      permits Command.PlaceVm,
          Command.SelectTarget,
          Command.Explain,
          Command.HostOffered,
          Command.TakeOverflow,
          Command.WantsHome,
          Command.RestartVm,
          Command.FindWitnesses,
          Command.JudgeLoss,
          Command.DescribeLosses,
          SchedulerBehavior.Internal {

    /**
     * Finds a host for a VM and claims it for the VM.
     *
     * @param wanted this host or none
     * @param burst whether another area of the backup hierarchy is asked when this one has none
     */
    record PlaceVm(
        VmId vm,
        GuestSpec spec,
        Optional<HostId> wanted,
        BurstPolicy burst,
        ActorRef<Placement> replyTo)
        implements Command {
      public PlaceVm {
        burst = Objects.requireNonNullElse(burst, BurstPolicy.NEVER); // from an older release
      }
    }

    /**
     * Finds a host for a VM whose home is full, and claims it; has the next area of its home's
     * hierarchy do so when there is none here, either.
     *
     * @param lost never chosen
     * @param avoid never chosen either, and why
     */
    record TakeOverflow(
        VmId vm,
        GuestSpec spec,
        Optional<HostId> lost,
        List<HostReason> avoid,
        Overflow way,
        ActorRef<Placement> replyTo)
        implements Command {
      public TakeOverflow {
        avoid = List.copyOf(avoid);
      }
    }

    /**
     * Whether a VM of this area that runs elsewhere may come home now.
     *
     * @param migration with which it would
     * @param from where it runs
     */
    record WantsHome(
        VmId vm, MigrationId migration, GuestSpec spec, HostId from, ActorRef<HomeReply> replyTo)
        implements Command {}

    /**
     * Finds a target for a migration and claims it for the migration. Ask the scheduler of the area
     * that the target is to be in.
     *
     * @param source never chosen
     * @param wanted this host or none
     * @param avoid never chosen either, and why
     */
    record SelectTarget(
        MigrationId migration,
        VmId vm,
        GuestSpec spec,
        HostId source,
        Optional<HostId> wanted,
        List<HostReason> avoid,
        ActorRef<Placement> replyTo)
        implements Command {
      public SelectTarget {
        avoid = avoid == null ? List.of() : List.copyOf(avoid); // from a node of an older release
      }
    }

    /**
     * Says which host would be chosen, and claims nothing.
     *
     * @param source empty for a new VM
     */
    record Explain(
        GuestSpec spec,
        Optional<HostId> source,
        Optional<HostId> wanted,
        ActorRef<Placement> replyTo)
        implements Command {}

    /** A host says what it has to give. */
    record HostOffered(HostOffer offer) implements Command {}

    /**
     * Finds another host for a VM whose host is lost, and claims it. Waits a moment for others that
     * are lost with it: the more important ones are placed first.
     *
     * @param avoid never chosen either, and why
     */
    record RestartVm(
        VmId vm,
        GuestSpec spec,
        HostId lost,
        List<HostReason> avoid,
        BurstPolicy burst,
        ActorRef<Placement> replyTo)
        implements Command {
      public RestartVm {
        avoid = avoid == null ? List.of() : List.copyOf(avoid); // from an older release
        burst = Objects.requireNonNullElse(burst, BurstPolicy.NEVER); // from an older release
      }
    }

    /** Says who could vouch for a host. */
    record FindWitnesses(HostId host, List<Witness> current, ActorRef<Host.Candidates> replyTo)
        implements Command {
      public FindWitnesses {
        current = List.copyOf(current);
      }
    }

    /**
     * Whether a silent host may be fenced: not when much of the area has vanished with it.
     *
     * @param lostAt when it vanished
     * @param accepted losses of before do not count
     */
    record JudgeLoss(Instant lostAt, Instant accepted, ActorRef<Host.Leave> replyTo)
        implements Command {}

    /** Answered with the view, and the alarm if there is one. */
    record DescribeLosses(ArmingView view, Instant accepted, ActorRef<ArmingView> replyTo)
        implements Command {}
  }

  /** To a VM that wants home. */
  public sealed interface HomeReply extends CborSerializable {
    VmId vm();

    /** There is room for this migration; nothing is claimed. */
    record Welcome(VmId vm, MigrationId migration) implements HomeReply {}

    record NotYet(VmId vm, String reason) implements HomeReply {}
  }

  /** The answer. */
  public sealed interface Placement extends CborSerializable {
    /**
     * Claimed, or for {@link Command.Explain}: would be.
     *
     * @param owner of the claim; empty when nothing is claimed
     * @param refused hosts that seemed better and refused the claim
     */
    record Placed(Optional<EntityId> owner, HostId host, List<HostReason> refused)
        implements Placement {
      public Placed {
        refused = refused == null ? List.of() : List.copyOf(refused);
      }

      public Placed(Optional<EntityId> owner, HostId host) {
        this(owner, host, List.of());
      }
    }

    /** Nothing is claimed; the refusal has the reason against each host. */
    record Refused(Optional<EntityId> owner, Refusal refusal) implements Placement {}
  }
}
