package io.drover.multinode.harness;

import io.drover.multinode.network.Place;
import io.drover.multinode.network.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL server of its own, durable: {@code fsync} and {@code synchronous_commit} on. Killing
 * it is a crash from which it recovers at the next start.
 */
final class PostgresServer extends FleetProcess implements Database {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final String url;

  private PostgresServer(Place place, List<String> command, Path log, String url) {
    super(place.name(), place, () -> command, log);
    this.url = url;
  }

  /** Makes the cluster's files in a folder; {@link #startAndAwait} starts the server. */
  static PostgresServer create(Place place, int port, Path folder) {
    Path programs = PostgresBinaries.unpack(folder.resolve("postgresql"));
    Path data = folder.resolve("data");
    List<String> initdb = command(programs, "initdb", data);
    initdb.addAll(List.of("-A", "trust", "-U", "postgres", "-E", "UTF-8", "--no-sync"));
    Shell.run(initdb);
    allowAll(data.resolve("pg_hba.conf"));
    List<String> server = command(programs, "postgres", data);
    server.addAll(List.of("-p", Integer.toString(port), "-h", place.address()));
    for (String setting :
        List.of(
            "unix_socket_directories=",
            "fsync=on",
            "synchronous_commit=on",
            "max_connections=200")) {
      server.addAll(List.of("-c", setting));
    }
    String url = "jdbc:postgresql://%s:%d/postgres".formatted(place.address(), port);
    return new PostgresServer(place, server, folder.resolve("database.log"), url);
  }

  /** PostgreSQL refuses to run as root; to it, it is nobody. */
  private static List<String> command(Path programs, String program, Path data) {
    List<String> command = new ArrayList<>();
    if (Shell.isRoot()) {
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(programs.resolve("bin").resolve(program).toString());
    command.addAll(List.of("-D", data.toString()));
    return command;
  }

  private static void allowAll(Path rules) {
    try {
      Files.writeString(rules, "host all all 0.0.0.0/0 trust\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void startAndAwait() {
    Awaitility.await("PostgreSQL at " + url)
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(this::answers);
  }

  private boolean answers() throws SQLException {
    if (!isAlive()) {
      start(); // again, when the children of a killed one were still there
    }
    try (Connection connection = DriverManager.getConnection(url, "postgres", "")) {
      return connection.isValid(1);
    }
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("kind", "postgresql", "url", url, "user", "postgres", "password", "");
  }

  @Override
  public void close() {
    stop();
  }
}
