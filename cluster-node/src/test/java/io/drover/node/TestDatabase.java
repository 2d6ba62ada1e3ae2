package io.drover.node;

import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** An empty database of either kind, for one test. */
public final class TestDatabase {
  private static final int POOL = 5;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private TestDatabase() {}

  public static DatabaseSettings create(Kind kind, Path folder) {
    return switch (kind) {
      case H2 ->
          new DatabaseSettings(
              kind, "jdbc:h2:file:" + folder.resolve("journal") + ";WRITE_DELAY=0", "sa", "", POOL);
      case POSTGRESQL -> onPostgresql();
    };
  }

  private static DatabaseSettings onPostgresql() {
    String name = "test" + COUNT.incrementAndGet();
    try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new DatabaseSettings(
        Kind.POSTGRESQL, Server.RUNNING.getJdbcUrl("postgres", name), "postgres", "", POOL);
  }

  /** Lets nobody in, and throws out who is in; or lets them in again. Only on PostgreSQL. */
  public static void refuseConnections(DatabaseSettings database, boolean refuse)
      throws SQLException {
    String name = database.url().replaceAll(".*/([a-z0-9]+).*", "$1");
    try (Connection connection = Server.RUNNING.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER DATABASE %s WITH ALLOW_CONNECTIONS %s".formatted(name, !refuse));
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"
              .formatted(name));
    }
  }

  /** A real server, durable as in production, started by the first test that needs it. */
  private static final class Server {
    static final EmbeddedPostgres RUNNING = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_connections", "100")
            .start(); // stops itself at the end of the JVM
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
