package io.drover.node.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.node.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DatabaseTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldOpenTheSameDatabaseAgainAndAgain(Kind kind) {
    DatabaseSettings settings = TestDatabase.create(kind, folder);
    Database.open(settings, 1).close();
    Database.open(settings, 1).close();
    Database.open(settings, 2).close();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldRefuseAJournalWithEventsOfANewerVersion(Kind kind) {
    DatabaseSettings settings = TestDatabase.create(kind, folder);
    Database.open(settings, 7).close();
    assertThatThrownBy(() -> Database.open(settings, 6))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("events of version 7, this program reads up to 6");
    Database.open(settings, 7).close();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldRefuseTablesOfANewerRelease(Kind kind) throws Exception {
    DatabaseSettings settings = TestDatabase.create(kind, folder);
    try (Database database = Database.open(settings, 1);
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      int copied =
          statement.executeUpdate(
              """
              INSERT INTO "flyway_schema_history"
              SELECT "installed_rank" + 100, '999', 'future', "type", 'V999__future.sql', "checksum",
                     "installed_by", "installed_on", "execution_time", "success"
              FROM "flyway_schema_history" WHERE "version" = '2'
              """);
      assertThat(copied).isEqualTo(1);
    }
    assertThatThrownBy(() -> Database.open(settings, 1))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("was it used by a newer one?");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldNameAnUnreachableDatabaseAndItsKeys(Kind kind) {
    DatabaseSettings settings =
        new DatabaseSettings(
            kind,
            kind == Kind.H2
                ? "jdbc:h2:tcp://127.0.0.1:1/nothing;WRITE_DELAY=0"
                : "jdbc:postgresql://127.0.0.1:1/nothing",
            "nobody",
            "secret",
            2);
    assertThatThrownBy(() -> Database.open(settings, 1))
        .isInstanceOf(NodeStartException.class)
        .hasMessageContaining("cannot open the database " + kind)
        .hasMessageContaining("drover.node.database.url")
        .hasMessageNotContaining("secret");
  }
}
