package io.drover.node.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.node.TestDatabase;
import io.drover.node.wiring.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets a lease, by the database's clock. No test waits for it: what is over is made so. */
final class LeaseTableTest {
  private static final String NAME = "sbr";
  private static final Duration TERM = Duration.ofMinutes(5);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveALeaseToOneOwnerAtATime(Kind kind) throws SQLException {
    DatabaseSettings database = open(kind);
    try (LeaseTable a = table(database);
        LeaseTable b = table(database)) {
      assertThat(a.take(NAME, "a", TERM)).hasValue(1);
      assertThat(b.take(NAME, "b", TERM)).isEmpty();
      assertThat(b.take("another lease", "b", TERM)).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveALeaseThatIsOverToTheNextOwnerUnderAHigherNumber(Kind kind) throws SQLException {
    DatabaseSettings database = open(kind);
    try (LeaseTable a = table(database);
        LeaseTable b = table(database)) {
      a.take(NAME, "a", TERM);
      endAll(database);

      assertThat(b.take(NAME, "b", TERM)).hasValue(2);
      assertThat(a.extend(NAME, "a", 1, TERM)).isFalse();
      assertThat(a.take(NAME, "a", TERM)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepALeaseThatIsExtended(Kind kind) throws SQLException {
    DatabaseSettings database = open(kind);
    try (LeaseTable a = table(database);
        LeaseTable b = table(database)) {
      a.take(NAME, "a", TERM);
      endAll(database);

      assertThat(a.extend(NAME, "a", 1, TERM)).isTrue();
      assertThat(b.take(NAME, "b", TERM)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldFreeALeaseForTheNextAndNeverOneThatWasTakenSince(Kind kind) throws SQLException {
    DatabaseSettings database = open(kind);
    try (LeaseTable a = table(database);
        LeaseTable b = table(database);
        LeaseTable c = table(database)) {
      a.take(NAME, "a", TERM);
      a.free(NAME, "a", 1);
      assertThat(b.take(NAME, "b", TERM)).hasValue(2);

      a.free(NAME, "a", 1);
      b.free(NAME, "b", 1);
      assertThat(c.take(NAME, "c", TERM)).isEmpty();
    }
  }

  /** The answer to the first time may have been lost. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldGiveALeaseToItsOwnerAgainUnderAHigherNumber(Kind kind) throws SQLException {
    DatabaseSettings database = open(kind);
    try (LeaseTable a = table(database)) {
      a.take(NAME, "a", TERM);
      assertThat(a.take(NAME, "a", TERM)).hasValue(2);
      assertThat(a.extend(NAME, "a", 1, TERM)).isFalse();
      assertThat(a.extend(NAME, "a", 2, TERM)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldLetOneOfManyWin(Kind kind) throws Exception {
    DatabaseSettings database = open(kind);
    try (LeaseTable first = table(database)) {
      first.take(NAME, "first", TERM);
    }
    endAll(database);
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      var answers =
          pool.invokeAll(
              IntStream.range(0, 8).mapToObj(i -> taking(database, "owner" + i)).toList());
      int winners = 0;
      for (Future<OptionalLong> answer : answers) {
        winners += answer.get().isPresent() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
    }
  }

  private static Callable<OptionalLong> taking(DatabaseSettings database, String owner) {
    return () -> {
      try (LeaseTable table = table(database)) {
        return table.take(NAME, owner, TERM);
      }
    };
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "POSTGRESQL")
  void shouldConnectAgainAfterTheDatabaseWasAway(Kind kind) throws SQLException {
    DatabaseSettings database = open(kind);
    try (LeaseTable a = table(database)) {
      a.take(NAME, "a", TERM);
      TestDatabase.refuseConnections(database, true);
      assertThatThrownBy(() -> a.extend(NAME, "a", 1, TERM)).isInstanceOf(SQLException.class);
      TestDatabase.refuseConnections(database, false);

      assertThat(a.extend(NAME, "a", 1, TERM)).isTrue();
    }
  }

  private DatabaseSettings open(Kind kind) {
    DatabaseSettings database = TestDatabase.create(kind, folder);
    Database.open(database, 1).close();
    return database;
  }

  static LeaseTable table(DatabaseSettings database) {
    return new LeaseTable(config(database));
  }

  static Config config(DatabaseSettings database) {
    return ConfigFactory.parseMap(
        Map.of("url", database.url(), "user", database.user(), "password", database.password()));
  }

  /** As if the terms of all leases had just passed. */
  static void endAll(DatabaseSettings database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE cluster_lease SET expires_at = CURRENT_TIMESTAMP");
    }
  }
}
