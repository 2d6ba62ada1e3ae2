package io.drover.node.wiring;

import io.drover.agent.lease.Revocations;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/** What one control node has revoked as a witness, in the journal database. Blocks. */
public final class JdbcRevocations implements Revocations {
  /** A database that takes longer is as good as none: whoever revokes asks again. */
  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(5);

  private static final String DUPLICATE_KEY = "23505";

  private final DataSource database;
  private final String witness;

  /**
   * Of this node.
   *
   * @param witness the node's name, which no other node has
   */
  public JdbcRevocations(DataSource database, String witness) {
    this.database = database;
    this.witness = witness;
  }

  @Override
  public Map<HostId, Epoch> all() {
    Map<HostId, Epoch> found = new HashMap<>();
    try (Connection connection = database.getConnection();
        PreparedStatement query =
            prepare(
                connection, "SELECT host, lease_epoch FROM witness_revocation WHERE witness = ?")) {
      query.setString(1, witness);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found.put(HostId.parse(rows.getString(1)), new Epoch(rows.getLong(2)));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("revocations cannot be read: " + e.getMessage(), e);
    }
    return found;
  }

  /** Each statement is a transaction of its own: when it returns, it is durable. */
  @Override
  public void record(HostId host, Epoch epoch) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      if (!raise(connection, host, epoch) && !insert(connection, host, epoch)) {
        var _ = raise(connection, host, epoch); // what is there is higher, unless this changes it
      }
    } catch (SQLException e) {
      throw new IllegalStateException("a revocation cannot be written: " + e.getMessage(), e);
    }
  }

  private boolean raise(Connection connection, HostId host, Epoch epoch) throws SQLException {
    try (PreparedStatement update =
        prepare(
            connection,
            "UPDATE witness_revocation SET lease_epoch = ?"
                + " WHERE witness = ? AND host = ? AND lease_epoch < ?")) {
      update.setLong(1, epoch.value());
      update.setString(2, witness);
      update.setString(3, host.text());
      update.setLong(4, epoch.value());
      return update.executeUpdate() == 1;
    }
  }

  private boolean insert(Connection connection, HostId host, Epoch epoch) throws SQLException {
    try (PreparedStatement insert =
        prepare(
            connection,
            "INSERT INTO witness_revocation (witness, host, lease_epoch) VALUES (?, ?, ?)")) {
      insert.setString(1, witness);
      insert.setString(2, host.text());
      insert.setLong(3, epoch.value());
      insert.executeUpdate();
      return true;
    } catch (SQLException e) {
      if (DUPLICATE_KEY.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setQueryTimeout((int) STATEMENT_LIMIT.toSeconds());
    return statement;
  }
}
