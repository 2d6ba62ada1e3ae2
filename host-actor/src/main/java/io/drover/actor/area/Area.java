package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.api.Refusal;
import io.drover.config.settings.AreaSettings;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * One area: its cells and hosts, its backup hierarchy, and the area whose control nodes manage each
 * of its cells. Entity id: the area's name. States and transitions: {@link AreaState}.
 *
 * <p>The number of cells is part of every id, so it is fixed for ever with the first definition.
 *
 * <p>Who manages a cell is decided here and journaled under a higher area epoch; that its shard
 * moves there, and that its hosts' agents follow, is a consequence. The entity runs wherever there
 * is a node, also in another area.
 */
public final class Area {
  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "area");

  private Area() {}

  /** What an area needs of the world. */
  public record Ports(
      Routes routes,
      FleetSight sight,
      AreaSettings settings,
      EntitySettings entities,
      InstantSource clock) {}

  /** The entity. */
  public static Behavior<Command> create(AreaId area, PersistenceId persistenceId, Ports ports) {
    return AreaBehavior.create(area, persistenceId, ports);
  }

  /** What may be asked of an area. */
  public sealed interface Command extends CborSerializable permits Request, AreaBehavior.Internal {}

  /** What is answered. */
  public sealed interface Request extends Command {
    ActorRef<Reply> replyTo();

    /**
     * Defines it, or checks that it is defined so. A node does it at its start.
     *
     * @param backups its hierarchy when it is new; changes nothing later
     */
    record Ensure(int cells, List<AreaId> backups, ActorRef<Reply> replyTo) implements Request {
      public Ensure {
        backups = List.copyOf(backups);
      }
    }

    /** Makes a host known by its name. Repeatable; answered by {@link Reply.HostIs}. */
    record RegisterHost(String name, ActorRef<Reply> replyTo) implements Request {}

    record Get(ActorRef<Reply> replyTo) implements Request {}

    /**
     * Changes what it names. Refused for a hierarchy that cannot be; what is so already changes
     * nothing.
     */
    record SetPolicy(AreaChange change, OptionalLong ifVersion, ActorRef<Reply> replyTo)
        implements Request {}

    /**
     * Another area is to run it from now on. Refused when that has no node or no room. Repeatable.
     *
     * @param to of its hierarchy; empty = the first with room
     */
    record FailOver(Optional<AreaId> to, String reason, ActorRef<Reply> replyTo)
        implements Request {}

    /** It is to run itself again. Repeatable. */
    record FailBack(String reason, ActorRef<Reply> replyTo) implements Request {}

    /** It is to run itself what it has lent to that area. Repeatable. */
    record TakeBack(AreaId from, String reason, ActorRef<Reply> replyTo) implements Request {}
  }

  /** Answers. */
  public sealed interface Reply extends CborSerializable {
    /**
     * The area.
     *
     * @param hosts ordered by id
     * @param cause why it is managed as it is; with reason and since
     */
    record Shown(
        Management management, List<HostId> hosts, Cause cause, String reason, Instant since)
        implements Reply {
      public Shown {
        hosts = List.copyOf(hosts);
      }
    }

    record HostIs(HostId host) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /** Why an area is managed as it is. */
  public enum Cause {
    /** It never was otherwise. */
    DEFINED,
    /** Whoever managed it had no control node any more. */
    LOST,
    /** A person said so. */
    OPERATOR,
    /** It had been well for long enough. */
    STABLE,
    /** Its control nodes had too much to do. */
    OVERLOAD,
    /** They have room again. */
    RELIEF,
    /** The lender wants its capacity for itself. */
    RECALLED
  }

  /** What is remembered of an area. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record AreaDefined(AreaId area, int cells, Instant at) implements Event {}

    record HostJoined(HostId host, Instant at) implements Event {}

    record PolicySet(AreaPolicy policy, Instant at) implements Event {}

    /** Where agents find control nodes of this area and its backups. */
    record GatewaysChanged(Map<AreaId, List<String>> gateways, Instant at) implements Event {
      public GatewaysChanged {
        gateways = Map.copyOf(gateways);
      }
    }

    /** Another area runs it, all of it. */
    record FailedOver(
        AreaId from, AreaId to, Epoch areaEpoch, Cause cause, String reason, Instant at)
        implements Event {}

    /** It runs itself. */
    record FailedBack(AreaId from, Epoch areaEpoch, Cause cause, String reason, Instant at)
        implements Event {}

    /** Another area runs some of its cells. */
    record CellsLent(
        Set<Integer> cells, AreaId to, Epoch areaEpoch, Cause cause, String reason, Instant at)
        implements Event {
      public CellsLent {
        cells = Set.copyOf(cells);
      }
    }

    /** It runs those itself again. */
    record CellsReturned(
        Set<Integer> cells, AreaId from, Epoch areaEpoch, Cause cause, String reason, Instant at)
        implements Event {
      public CellsReturned {
        cells = Set.copyOf(cells);
      }
    }
  }
}
