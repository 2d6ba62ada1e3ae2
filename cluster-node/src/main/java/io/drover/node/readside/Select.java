package io.drover.node.readside;

import io.drover.actor.api.FleetViews.PageRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A page of views, by id; reads one more than the page holds. */
final class Select {
  private final String table;
  private final int limit;
  private final List<String> conditions = new ArrayList<>(List.of("id > ?"));
  private final List<Object> arguments = new ArrayList<>();

  Select(String table, PageRequest page) {
    this.table = table;
    this.limit = page.limit() + 1;
    arguments.add(page.cursor().orElse(""));
  }

  /** Empty = any. */
  Select where(String condition, Optional<?> argument) {
    argument.ifPresent(value -> {
      conditions.add(condition);
      arguments.add(value);
    });
    return this;
  }

  PreparedStatement prepare(Connection connection) throws SQLException {
    PreparedStatement statement =
        connection.prepareStatement(
            "SELECT view FROM %s WHERE %s ORDER BY id LIMIT %d"
                .formatted(table, String.join(" AND ", conditions), limit));
    for (int i = 0; i < arguments.size(); i++) {
      statement.setObject(i + 1, arguments.get(i));
    }
    return statement;
  }
}
