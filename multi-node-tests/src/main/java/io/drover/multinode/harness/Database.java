package io.drover.multinode.harness;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.h2.tools.Server;

/** The fleet's database: its server outlives every node that is killed. */
public interface Database extends AutoCloseable {
  /** The {@code drover.node.database} settings that reach it. */
  Map<String, String> settings();

  @Override
  void close();

  /**
   * H2's TCP server in this process, on files under a directory. Survives killed processes, not
   * power loss.
   */
  static Database h2(Path directory) {
    try {
      Server server =
          Server.createTcpServer(
                  "-tcpPort",
                  "0",
                  "-ifNotExists",
                  "-baseDir",
                  directory.toAbsolutePath().toString())
              .start();
      String url = "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/./journal;WRITE_DELAY=0";
      return of(Map.of("kind", "h2", "url", url, "user", "sa", "password", ""), server::stop);
    } catch (SQLException e) {
      throw new IllegalStateException("H2 could not be started in " + directory, e);
    }
  }

  /** A PostgreSQL server of its own, durable: {@code fsync} and {@code synchronous_commit} on. */
  static Database postgresql(Path directory) {
    try {
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setDataDirectory(directory.toFile())
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("max_connections", "200")
              .start();
      return of(
          Map.of(
              "kind", "postgresql",
              "url", server.getJdbcUrl("postgres", "postgres"),
              "user", "postgres",
              "password", ""),
          () -> close(server));
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL could not be started in " + directory, e);
    }
  }

  private static void close(EmbeddedPostgres server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Database of(Map<String, String> settings, Runnable close) {
    return new Database() {
      @Override
      public Map<String, String> settings() {
        return settings;
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }
}
