package io.drover.node.membership;

import com.typesafe.config.Config;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Leases as rows of the journal's database, whose clock alone says when one is over. Each change is
 * one statement that compares and sets, on a connection that nobody else uses; it is opened again
 * after a failure. Blocks; for one thread.
 */
final class LeaseTable implements AutoCloseable {
  private static final String FENCING = "SELECT fencing FROM cluster_lease WHERE name = ?";

  private static final String CREATE =
      "INSERT INTO cluster_lease (name, owner, fencing, expires_at) VALUES (?, '', 0, CURRENT_TIMESTAMP)";

  /** Its own owner may take it again: the answer to the first time may have been lost. */
  private static final String TAKE =
      """
      UPDATE cluster_lease
      SET owner = ?, fencing = fencing + 1,
          expires_at = CURRENT_TIMESTAMP + CAST(? AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND
      WHERE name = ? AND fencing = ? AND (expires_at <= CURRENT_TIMESTAMP OR owner = ?)
      """;

  private static final String EXTEND =
      """
      UPDATE cluster_lease
      SET expires_at = CURRENT_TIMESTAMP + CAST(? AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND
      WHERE name = ? AND owner = ? AND fencing = ?
      """;

  private final PromptConnection connection;

  /**
   * Connects when it is first used.
   *
   * @param database its {@code url}, {@code user} and {@code password}
   */
  LeaseTable(Config database) {
    connection =
        new PromptConnection(
            database.getString("url"),
            database.getString("user"),
            database.getString("password"),
            "drover-lease");
  }

  /**
   * Opens the connection, so that a server whose connections are all taken cannot refuse it later.
   */
  void connect() throws SQLException {
    Connection _ = connection.open();
  }

  /**
   * Takes the lease, if it is nobody's, over, or this owner's already.
   *
   * @return its new fencing number; empty while another owner has it
   */
  OptionalLong take(String name, String owner, Duration term) throws SQLException {
    try {
      long fencing = fencing(name);
      try (PreparedStatement update = prepare(TAKE)) {
        update.setString(1, owner);
        update.setDouble(2, (double) term.toMillis());
        update.setString(3, name);
        update.setLong(4, fencing);
        update.setString(5, owner);
        return update.executeUpdate() == 1 ? OptionalLong.of(fencing + 1) : OptionalLong.empty();
      }
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Keeps a lease for another term, counted from now. False when it was taken by anybody since. */
  boolean extend(String name, String owner, long fencing, Duration term) throws SQLException {
    return update(EXTEND, term, name, owner, fencing);
  }

  /** Ends a lease, if it is still this one. */
  void free(String name, String owner, long fencing) throws SQLException {
    boolean _ = update(EXTEND, Duration.ZERO, name, owner, fencing);
  }

  private boolean update(String statement, Duration term, String name, String owner, long fencing)
      throws SQLException {
    try (PreparedStatement update = prepare(statement)) {
      update.setDouble(1, (double) term.toMillis());
      update.setString(2, name);
      update.setString(3, owner);
      update.setLong(4, fencing);
      return update.executeUpdate() == 1;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Of the row, which is made if it is missing; two who make it at once: one fails, and asks again.
   */
  private long fencing(String name) throws SQLException {
    try (PreparedStatement query = prepare(FENCING)) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        if (rows.next()) {
          return rows.getLong(1);
        }
      }
    }
    try (PreparedStatement insert = prepare(CREATE)) {
      insert.setString(1, name);
      insert.executeUpdate();
      return 0;
    }
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return PromptConnection.prepare(connection.open(), sql);
  }

  /** Repeatable. */
  @Override
  public void close() {
    connection.close();
  }
}
