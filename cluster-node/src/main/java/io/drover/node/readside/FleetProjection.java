package io.drover.node.readside;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.VmView;
import io.drover.actor.area.Area;
import io.drover.actor.arming.Arming;
import io.drover.actor.drain.Drain;
import io.drover.actor.drill.Drill;
import io.drover.actor.host.Host;
import io.drover.actor.host.HostFold;
import io.drover.actor.migration.Migration;
import io.drover.actor.migration.MigrationFold;
import io.drover.actor.vm.Vm;
import io.drover.actor.vm.VmFold;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.persistence.query.Sequence;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.projection.eventsourced.EventEnvelope;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;

/**
 * Folds every event of the fleet into the tables of lists and of the event stream, a group per
 * transaction, together with the offset: each event counts exactly once. One projection for all, so
 * that the stream keeps the journal's order and no reader can overtake it.
 */
final class FleetProjection
    extends JdbcHandler<List<EventEnvelope<CborSerializable>>, PooledSession> {
  /** Events kept for readers of the stream that come back. */
  static final long EVENTS_KEPT = 200_000;

  /** How often older ones are removed. */
  private static final long TRIM_INTERVAL = 5_000;

  private static final VmFold VM_FOLD = new VmFold();
  private static final MigrationFold MIGRATION_FOLD = new MigrationFold();

  private static final ViewTable.Layout<Vm.Event, VmView> VMS =
      new ViewTable.Layout<>(
          "vm_view",
          List.of("area", "host", "phase"),
          VM_FOLD,
          vm -> List.of(vm.id().area().name(), vm.host().map(h -> h.text()), vm.phase().name()));

  private static final ViewTable.Layout<Host.Event, HostView> HOSTS =
      new ViewTable.Layout<>(
          "host_view", List.of("area"), new HostFold(), host -> List.of(host.id().area().name()));

  private static final ViewTable.Layout<Migration.Event, MigrationView> MIGRATIONS =
      new ViewTable.Layout<>(
          "migration_view",
          List.of("vm", "active"),
          MIGRATION_FOLD,
          migration -> List.of(migration.vm().text(), !migration.phase().isOver()));

  private final StoredBytes bytes;
  private final ReadSide.Observer observer;
  private long lastTrim;

  FleetProjection(StoredBytes bytes, ReadSide.Observer observer) {
    this.bytes = bytes;
    this.observer = observer;
  }

  @Override
  public void process(PooledSession session, List<EventEnvelope<CborSerializable>> group)
      throws SQLException {
    Connection connection = session.connection();
    ViewTable<Vm.Event, VmView> vms = new ViewTable<>(VMS, bytes, connection);
    ViewTable<Host.Event, HostView> hosts = new ViewTable<>(HOSTS, bytes, connection);
    ViewTable<Migration.Event, MigrationView> migrations =
        new ViewTable<>(MIGRATIONS, bytes, connection);
    Map<String, OperationView> operations = new HashMap<>();
    List<MigrationView> ended = new ArrayList<>();
    for (EventEnvelope<CborSerializable> envelope : group) {
      String id = entityId(envelope);
      switch (envelope.event()) {
        case Vm.Event e ->
            VM_FOLD
                .operations(vms.apply(id, envelope.sequenceNr(), e))
                .forEach(operation -> operations.put(operation.id(), operation));
        case Host.Event e -> hosts.apply(id, envelope.sequenceNr(), e);
        case Migration.Event e -> {
          Optional<MigrationView> view =
              MIGRATION_FOLD.view(
                  id, envelope.sequenceNr(), migrations.apply(id, envelope.sequenceNr(), e));
          view.map(OperationView::of)
              .ifPresent(operation -> operations.put(operation.id(), operation));
          view.filter(migration -> endsWith(migration, e)).ifPresent(ended::add);
        }
        case Drain.Event e ->
            Drain.operationAfter(e)
                .ifPresent(operation -> operations.put(operation.id(), operation));
        case Drill.Event e ->
            Drill.operationAfter(e)
                .ifPresent(operation -> operations.put(operation.id(), operation));
        case Area.Event _, Arming.Event _ -> {} // areas are few: lists ask them
        default -> throw new IllegalStateException("no view for " + envelope.event());
      }
    }
    vms.flush();
    hosts.flush();
    migrations.flush();
    storeOperations(connection, operations);
    appendEvents(connection, group);
    trim(connection, sequence(group.getLast()));
    group.forEach(envelope -> observer.read(kind(envelope), entityId(envelope), envelope.event()));
    ended.forEach(observer::ended);
    observer.caughtUp(Duration.between(at(group.getLast().event()), Instant.now()));
  }

  private static boolean endsWith(MigrationView migration, Migration.Event event) {
    return migration.phase().isOver() && migration.history().getLast().at().equals(event.at());
  }

  private void storeOperations(Connection connection, Map<String, OperationView> operations)
      throws SQLException {
    try (PreparedStatement update =
            connection.prepareStatement("UPDATE operation_view SET view = ? WHERE id = ?");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO operation_view (view, id) VALUES (?, ?)")) {
      for (OperationView operation : operations.values()) {
        byte[] view = bytes.write(operation);
        update.setBytes(1, view);
        update.setString(2, operation.id());
        if (update.executeUpdate() == 0) {
          insert.setBytes(1, view);
          insert.setString(2, operation.id());
          insert.executeUpdate();
        }
      }
    }
  }

  private static void appendEvents(
      Connection connection, List<EventEnvelope<CborSerializable>> group) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO fleet_event (sequence, type, subject, happened_at, facts) VALUES (?, ?, ?, ?, ?)")) {
      for (EventEnvelope<CborSerializable> envelope : group) {
        CborSerializable event = envelope.event();
        insert.setLong(1, sequence(envelope));
        insert.setString(2, EventFacts.typeOf(kind(envelope), event));
        insert.setString(3, entityId(envelope));
        insert.setLong(4, ChronoUnit.MICROS.between(Instant.EPOCH, at(event)));
        insert.setString(5, EventFacts.json(event));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void trim(Connection connection, long sequence) throws SQLException {
    if (sequence - lastTrim < TRIM_INTERVAL) {
      return;
    }
    lastTrim = sequence;
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM fleet_event WHERE sequence < ?")) {
      delete.setLong(1, sequence - EVENTS_KEPT);
      delete.executeUpdate();
    }
  }

  private static Instant at(CborSerializable event) {
    return switch (event) {
      case Vm.Event e -> e.at();
      case Host.Event e -> e.at();
      case Area.Event e -> e.at();
      case Arming.Event e -> e.at();
      case Migration.Event e -> e.at();
      case Drain.Event e -> e.at();
      case Drill.Event e -> e.at();
      default -> throw new IllegalStateException("no time of " + event);
    };
  }

  private static long sequence(EventEnvelope<CborSerializable> envelope) {
    return ((Sequence) envelope.offset()).value();
  }

  private static String entityId(EventEnvelope<CborSerializable> envelope) {
    return PersistenceId.extractEntityId(envelope.persistenceId());
  }

  private static String kind(EventEnvelope<CborSerializable> envelope) {
    return PersistenceId.extractEntityType(envelope.persistenceId());
  }
}
