package io.drover.node.membership;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Which nodes are members now, as they say in the journal's database. A node that starts cannot
 * tell a cluster that is slow to answer from none; without this, the first of the seed nodes would
 * now and then make a second cluster of itself beside the one it was to join. Safe on any thread.
 */
public final class ClusterRoll {
  /** How long a member counts after it signed; it signs as often as the database is watched. */
  private static final Duration TERM = Duration.ofSeconds(6);

  private static final String EXTEND =
      """
      UPDATE cluster_roll
      SET expires_at = CURRENT_TIMESTAMP + CAST(? AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND
      WHERE address = ?
      """;
  private static final String ENTER =
      """
      INSERT INTO cluster_roll (expires_at, address)
      VALUES (CURRENT_TIMESTAMP + CAST(? AS DOUBLE PRECISION) * INTERVAL '0.001' SECOND, ?)
      """;
  private static final String LEAVE = "DELETE FROM cluster_roll WHERE address = ?";
  private static final String OTHERS =
      "SELECT COUNT(*) FROM cluster_roll WHERE address <> ? AND expires_at > CURRENT_TIMESTAMP";

  private final String address;
  private volatile boolean member;

  /** The roll as the node of this address sees it; it does not sign yet. */
  public ClusterRoll(String address) {
    this.address = address;
  }

  /** It signs from now on. */
  void joined() {
    member = true;
  }

  /** It signs no more. */
  public void left() {
    member = false;
  }

  /** Says that this node is a member; nothing unless it is. Blocks. */
  public void sign(Connection connection) throws SQLException {
    if (member && !write(connection, EXTEND)) {
      boolean _ = write(connection, ENTER);
    }
  }

  /** Others need not wait until its time is over. Blocks. */
  public void strikeOff(Connection connection) throws SQLException {
    member = false;
    try (PreparedStatement delete = PromptConnection.prepare(connection, LEAVE)) {
      delete.setString(1, address);
      delete.executeUpdate();
    }
  }

  /** Whether there is a cluster to join. Blocks. */
  boolean hasOthers(Connection connection) throws SQLException {
    try (PreparedStatement query = PromptConnection.prepare(connection, OTHERS)) {
      query.setString(1, address);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next() && rows.getLong(1) > 0;
      }
    }
  }

  private boolean write(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = PromptConnection.prepare(connection, sql)) {
      statement.setDouble(1, (double) TERM.toMillis());
      statement.setString(2, address);
      return statement.executeUpdate() == 1;
    }
  }
}
