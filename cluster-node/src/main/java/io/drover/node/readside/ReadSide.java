package io.drover.node.readside;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.MigrationView;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.cluster.sharding.typed.ShardedDaemonProcessSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.projection.ProjectionBehavior;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.eventsourced.EventEnvelope;
import org.apache.pekko.projection.eventsourced.javadsl.EventSourcedProvider;
import org.apache.pekko.projection.javadsl.GroupedProjection;
import org.apache.pekko.projection.javadsl.SourceProvider;
import org.apache.pekko.projection.jdbc.javadsl.JdbcProjection;

/** Starts the read side: the projection on one node of the cluster, the look-ups on each. */
public final class ReadSide {
  private static final int GROUP_LIMIT = 200;
  private static final Duration GROUP_INTERVAL = Duration.ofMillis(30);
  private static final String DISPATCHER = "drover-read-side-dispatcher";

  private ReadSide() {}

  /** Told what the projection reads; a group that fails is read again. Must not block. */
  public interface Observer {
    /**
     * An event.
     *
     * @param entity the kind of it
     * @param id of the entity
     */
    void read(String entity, String id, CborSerializable event);

    /** A migration has just come to its end. */
    void ended(MigrationView migration);

    /** The newest event of a group is that old. */
    void caughtUp(Duration age);
  }

  /**
   * Has the cluster run the projection, wherever it likes; the same call on every node.
   *
   * @param observer told what it reads, where it runs
   */
  public static void startProjection(ActorSystem<?> system, DataSource pool, Observer observer) {
    ShardedDaemonProcess.get(system)
        .init(
            ProjectionBehavior.Command.class,
            "read-side",
            1,
            _ -> ProjectionBehavior.create(projection(system, pool, observer)),
            ShardedDaemonProcessSettings.create(system),
            Optional.of(ProjectionBehavior.stopMessage()));
  }

  /**
   * Look-ups.
   *
   * @param areasOfNodes areas that have a control node now
   */
  public static FleetViews views(
      ActorSystem<?> system,
      DataSource pool,
      ControlPlane controlPlane,
      ImageStore images,
      Supplier<Set<AreaId>> areasOfNodes) {
    return new JdbcFleetViews(
        pool,
        new StoredBytes(system),
        system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER)),
        controlPlane,
        images,
        areasOfNodes);
  }

  static GroupedProjection<Offset, EventEnvelope<CborSerializable>> projection(
      ActorSystem<?> system, DataSource pool, Observer observer) {
    SourceProvider<Offset, EventEnvelope<CborSerializable>> events =
        EventSourcedProvider.eventsByTag(system, JdbcReadJournal.Identifier(), FleetEvent.TAG);
    return JdbcProjection.groupedWithin(
            ProjectionId.of("fleet", FleetEvent.TAG),
            events,
            () -> new PooledSession(pool),
            () -> new FleetProjection(new StoredBytes(system), observer),
            system)
        .withGroup(GROUP_LIMIT, GROUP_INTERVAL);
  }
}
