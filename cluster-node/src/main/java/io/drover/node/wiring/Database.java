package io.drover.node.wiring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.drover.config.settings.DatabaseSettings;
import io.drover.node.membership.ClusterRoll;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * The read side's connections to the journal database, opened after its schema was brought up to
 * date. The journal itself has a pool of the same size of its own, inside Pekko.
 */
public final class Database implements AutoCloseable {
  /** How long a start waits for the first connection; databases that start with us need some. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

  private final DatabaseSettings settings;
  private final HikariDataSource pool;
  private @Nullable DatabaseWatch watch;

  private Database(DatabaseSettings settings) {
    this.settings = settings;
    this.pool = connect(settings);
  }

  /**
   * Connects, and creates or updates the tables. Blocks.
   *
   * @param eventVersion the newest version of events this program can read
   * @throws NodeStartException when it cannot be opened, or was written by a newer program
   */
  public static Database open(DatabaseSettings settings, int eventVersion) {
    Database database = new Database(settings);
    try {
      database.migrate(settings);
      database.claimEventVersion(settings, eventVersion);
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  public DataSource dataSource() {
    return pool;
  }

  /** Keeps the node's readiness true to whether the database answers, and it on the roll. Once. */
  public void watch(Readiness readiness, ClusterRoll roll) {
    watch = DatabaseWatch.start(settings, readiness, roll);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    pool.close();
  }

  private static HikariDataSource connect(DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("drover-read-side");
    config.setJdbcUrl(settings.url());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(settings.pool());
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_LIMIT.toMillis());
    config.setInitializationFailTimeout(CONNECT_LIMIT.toMillis());
    try {
      return new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new NodeStartException(
          "cannot open the database %s: %s (drover.node.database.url, .user, .password)"
              .formatted(settings, NodeStartException.rootMessage(e)),
          e);
    }
  }

  private void migrate(DatabaseSettings settings) {
    try {
      Flyway.configure()
          .dataSource(pool)
          .locations("classpath:db/migration/" + settings.kind())
          .ignoreMigrationPatterns(new String[0]) // one we do not know is a newer program's: refuse
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new NodeStartException(
          "the tables of %s do not fit this release; was it used by a newer one? %s"
              .formatted(settings, e.getMessage()),
          e);
    }
  }

  private void claimEventVersion(DatabaseSettings settings, int ours) {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      int stored = storedEventVersion(connection);
      if (stored > ours) {
        throw new NodeStartException(
            "the journal in %s has events of version %d, this program reads up to %d: start a release that is at least as new"
                .formatted(settings, stored, ours));
      }
      if (stored < ours) {
        storeEventVersion(connection, ours);
      }
      connection.commit();
    } catch (SQLException e) {
      throw new NodeStartException(
          "cannot read the journal's version in %s: %s".formatted(settings, e.getMessage()), e);
    }
  }

  private static int storedEventVersion(Connection connection) throws SQLException {
    try (PreparedStatement query =
            connection.prepareStatement("SELECT MAX(event_version) FROM drover_schema");
        ResultSet rows = query.executeQuery()) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  /** One more row and no update: two nodes that start at once both succeed. */
  private static void storeEventVersion(Connection connection, int version) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO drover_schema (event_version) VALUES (?)")) {
      insert.setInt(1, version);
      insert.executeUpdate();
    }
  }
}
