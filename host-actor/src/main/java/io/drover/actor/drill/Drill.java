package io.drover.actor.drill;

import io.drover.actor.CborSerializable;
import io.drover.actor.Routes;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.FleetSight;
import io.drover.config.settings.DrillSettings;
import io.drover.config.settings.EntitySettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.Epoch;
import io.drover.config.units.OperationId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The drills of one area, again and again over its life: at most one at a time. Entity id: the
 * area's name.
 *
 * <pre>
 * Idle ─DrillStarted─▶ GoingOver ─ReturnStarted─▶ ComingBack ─DrillEnded─▶ Over ─DrillStarted─▶ …
 * </pre>
 *
 * It moves nothing itself: it has the {@code Area} fail over and back as a person would. However
 * the way over ends, the area is told to come back, again and again until it has; when it has not
 * by the limit, the drill is to fail, says what is missing, and may be aborted, which leaves the
 * area where it is. Times are those of the entity's own node.
 */
public final class Drill {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "drill");

  private Drill() {}

  /** What a drill needs of the world. */
  public record Ports(
      Routes routes,
      FleetSight sight,
      DrillSettings settings,
      EntitySettings entities,
      InstantSource clock) {}

  /**
   * The entity.
   *
   * @param rest called when it need not stay in memory, again and again: has the shard passivate it
   */
  public static Behavior<Command> create(
      AreaId area, PersistenceId persistenceId, Ports ports, Runnable rest) {
    return DrillBehavior.create(area, persistenceId, ports, rest);
  }

  /** What may be asked of a drill. */
  public sealed interface Command extends CborSerializable
      permits Request, DrillBehavior.Internal {}

  /** From people, through the API. */
  public sealed interface Request extends Command {
    ActorRef<Reply> replyTo();

    /**
     * Starts it. While one is under way, that one is shown. Refused for an area that does not run
     * all of itself, or whose backup has no room.
     *
     * @param to of its hierarchy; empty = the first with room
     */
    record Start(OperationId operation, Optional<AreaId> to, ActorRef<Reply> replyTo)
        implements Request {}

    /** Comes back at once. Repeatable. */
    record Abort(ActorRef<Reply> replyTo) implements Request {}

    /** The one under way, or the last one. */
    record Get(ActorRef<Reply> replyTo) implements Request {}

    /** One of the last ones, by its id. */
    record GetOperation(OperationId operation, ActorRef<Reply> replyTo) implements Request {}
  }

  /** Answers to people. */
  public sealed interface Reply extends CborSerializable {
    record Shown(DrillView drill) implements Reply {}

    record OperationShown(OperationView operation) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /** What has come about, each once. */
  public enum Mark {
    ACCEPTED_THERE,
    HOSTS_THERE,
    ACCEPTED_HOME,
    HOSTS_HOME
  }

  /** What is remembered of an area's drills. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    /**
     * The area is to fail over.
     *
     * @param areaEpoch of the area just before
     * @param cells that have hosts
     * @param hosts that are settled with the area's own control nodes
     */
    record DrillStarted(
        AreaId area,
        OperationId operation,
        AreaId to,
        Epoch areaEpoch,
        Set<Integer> cells,
        int hosts,
        Instant at)
        implements Event {
      public DrillStarted {
        cells = Set.copyOf(cells);
      }
    }

    /**
     * So many operations of these cells are acknowledged.
     *
     * @param acknowledged by index of the cell
     */
    record OperationsAcknowledged(Map<Integer, Integer> acknowledged, Instant at) implements Event {
      public OperationsAcknowledged {
        acknowledged = Map.copyOf(acknowledged);
      }
    }

    record MarkReached(Mark mark, Instant at) implements Event {}

    /**
     * The area is to fail back.
     *
     * @param end how the drill ends when all goes well from here
     */
    record ReturnStarted(DrillView.Phase end, String reason, Instant at) implements Event {}

    /**
     * Nothing is under way any more. Says again what began, for those who see no more than this.
     *
     * @param operationsLost empty when not all could be asked for
     */
    record DrillEnded(
        AreaId area,
        OperationId operation,
        Instant startedAt,
        DrillView.Phase phase,
        String reason,
        Optional<Integer> operationsLost,
        Instant at)
        implements Event {}
  }

  /** How far the drill's operation is after this, if that is news. */
  public static Optional<OperationView> operationAfter(Event event) {
    return switch (event) {
      case Event.DrillStarted e ->
          Optional.of(
              new OperationView(
                  e.operation().text(),
                  DrillView.KIND,
                  e.area().name(),
                  OperationView.Status.RUNNING,
                  "",
                  e.at(),
                  Optional.empty()));
      case Event.DrillEnded e ->
          Optional.of(ended(e.operation(), e.area(), e.startedAt(), e.phase(), e.reason(), e.at()));
      case Event.OperationsAcknowledged _, Event.MarkReached _, Event.ReturnStarted _ ->
          Optional.empty();
    };
  }

  static OperationView ended(
      OperationId operation,
      AreaId area,
      Instant startedAt,
      DrillView.Phase phase,
      String reason,
      Instant endedAt) {
    return new OperationView(
        operation.text(),
        DrillView.KIND,
        area.name(),
        phase.asStatus(),
        reason,
        startedAt,
        Optional.of(endedAt));
  }
}
