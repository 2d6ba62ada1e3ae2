package io.drover.node.membership;

import com.typesafe.config.Config;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases as rows of the journal's database, whose clock alone says when one is over. Each change is
 * one statement that compares and sets, on a connection that nobody else uses; it is opened again
 * after a failure. Blocks; for one thread.
 */
final class LeaseTable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseTable.class);

  /** A lock that somebody keeps, or a network that swallows, must not hold the thread up. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

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

  private final String url;
  private final Properties properties = new Properties();
  private @Nullable Connection connection;

  /**
   * Connects when it is first used.
   *
   * @param database its {@code url}, {@code user} and {@code password}
   */
  LeaseTable(Config database) {
    url = database.getString("url");
    properties.setProperty("user", database.getString("user"));
    properties.setProperty("password", database.getString("password"));
    if (url.startsWith("jdbc:postgresql:")) {
      String limit = Long.toString(ANSWER_LIMIT.toSeconds());
      properties.setProperty("ApplicationName", "drover-lease");
      properties.setProperty("connectTimeout", limit);
      properties.setProperty("loginTimeout", limit);
      properties.setProperty("socketTimeout", limit);
    }
  }

  /**
   * Opens the connection, so that a server whose connections are all taken cannot refuse it later.
   */
  void connect() throws SQLException {
    Connection _ = open();
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
      disconnect();
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
      disconnect();
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
    PreparedStatement statement = open().prepareStatement(sql);
    statement.setQueryTimeout((int) ANSWER_LIMIT.toSeconds());
    return statement;
  }

  private Connection open() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = DriverManager.getConnection(url, properties);
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).log("a lost connection did not close in order");
      }
    }
  }

  /** Repeatable. */
  @Override
  public void close() {
    disconnect();
  }
}
