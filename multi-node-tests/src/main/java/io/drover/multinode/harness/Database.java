package io.drover.multinode.harness;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.h2.tools.Server;

/** The fleet's database: its server outlives every node that is killed. */
interface Database extends AutoCloseable {
  /** The {@code drover.node.database} settings that reach it. */
  Map<String, String> settings();

  /** Starts it, unless it runs already. Returns when it answers. */
  void startAndAwait();

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
      return new InThisProcess(
          Map.of("kind", "h2", "url", url, "user", "sa", "password", ""), server);
    } catch (SQLException e) {
      throw new IllegalStateException("H2 could not be started in " + directory, e);
    }
  }

  /** A server that cannot be hurt. */
  record InThisProcess(Map<String, String> settings, Server server) implements Database {
    @Override
    public void startAndAwait() {}

    @Override
    public void close() {
      server.stop();
    }
  }
}
