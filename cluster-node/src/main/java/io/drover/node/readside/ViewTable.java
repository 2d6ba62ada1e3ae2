package io.drover.node.readside;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.ViewFold;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One table of views for one transaction of the projection: reads a state once, folds any number of
 * events into it, and writes it once.
 *
 * @param <E> events of the entity
 * @param <V> its view
 */
final class ViewTable<E, V extends CborSerializable> {
  private final Layout<E, V> layout;
  private final StoredBytes bytes;
  private final Connection connection;
  private final Map<String, Row> touched = new HashMap<>();

  ViewTable(Layout<E, V> layout, StoredBytes bytes, Connection connection) {
    this.layout = layout;
    this.bytes = bytes;
    this.connection = connection;
  }

  /**
   * A table: {@code id}, the columns lists are filtered by, {@code state} and {@code view}.
   *
   * @param values of these columns, in their order
   */
  record Layout<E, V>(
      String table, List<String> columns, ViewFold<E, V> fold, Function<V, List<Object>> values) {
    String update() {
      return "UPDATE %s SET %s = ?, state = ?, view = ? WHERE id = ?"
          .formatted(table, String.join(" = ?, ", columns));
    }

    String insert() {
      return "INSERT INTO %s (%s, state, view, id) VALUES (%s)"
          .formatted(
              table,
              String.join(", ", columns),
              String.join(", ", Collections.nCopies(columns.size() + 3, "?")));
    }
  }

  private record Row(CborSerializable state, long version, boolean stored) {}

  /**
   * Folds one event in; the journal gives them in order.
   *
   * @param version its sequence number
   * @return the new state
   */
  CborSerializable apply(String id, long version, E event) throws SQLException {
    Row row = touched.containsKey(id) ? touched.get(id) : load(id);
    CborSerializable state = layout.fold().after(row.state(), event);
    touched.put(id, new Row(state, version, row.stored()));
    return state;
  }

  /** Writes what has changed. */
  void flush() throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(layout.update());
        PreparedStatement insert = connection.prepareStatement(layout.insert())) {
      for (Map.Entry<String, Row> entry : touched.entrySet()) {
        PreparedStatement statement = entry.getValue().stored() ? update : insert;
        bind(statement, entry.getKey(), entry.getValue());
        statement.addBatch();
      }
      update.executeBatch();
      insert.executeBatch();
    }
  }

  private void bind(PreparedStatement statement, String id, Row row) throws SQLException {
    V view =
        layout
            .fold()
            .view(id, row.version(), row.state())
            .orElseThrow(() -> new IllegalStateException(id + " has events and no view"));
    int index = 1;
    for (Object value : layout.values().apply(view)) {
      statement.setObject(index++, value instanceof Optional<?> o ? o.orElse(null) : value);
    }
    statement.setBytes(index++, bytes.write(row.state()));
    statement.setBytes(index++, bytes.write(view));
    statement.setString(index, id);
  }

  private Row load(String id) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT state FROM " + layout.table() + " WHERE id = ?")) {
      query.setString(1, id);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next()
            ? new Row(bytes.read(rows.getBytes(1), CborSerializable.class), 0, true)
            : new Row(layout.fold().empty(), 0, false);
      }
    }
  }
}
