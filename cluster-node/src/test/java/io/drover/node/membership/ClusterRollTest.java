package io.drover.node.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.node.TestDatabase;
import io.drover.node.wiring.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ClusterRollTest {
  @TempDir private Path folder;
  private final ClusterRoll a = new ClusterRoll("drover@a:1");
  private final ClusterRoll b = new ClusterRoll("drover@b:1");

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKnowMembersAndNobodyElse(Kind kind) throws SQLException {
    try (Connection connection = connect(kind)) {
      a.sign(connection);
      assertThat(b.hasOthers(connection)).as("it is no member").isFalse();

      a.joined();
      a.sign(connection);
      a.sign(connection);
      assertThat(b.hasOthers(connection)).isTrue();
      assertThat(a.hasOthers(connection)).as("it is alone").isFalse();

      a.strikeOff(connection);
      a.sign(connection);
      assertThat(b.hasOthers(connection)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldForgetAMemberThatSignsNoMore(Kind kind) throws SQLException {
    try (Connection connection = connect(kind);
        Statement statement = connection.createStatement()) {
      a.joined();
      a.sign(connection);
      statement.executeUpdate("UPDATE cluster_roll SET expires_at = CURRENT_TIMESTAMP");

      assertThat(b.hasOthers(connection)).isFalse();
    }
  }

  private Connection connect(Kind kind) throws SQLException {
    DatabaseSettings database = TestDatabase.create(kind, folder);
    Database.open(database, 1).close();
    return DriverManager.getConnection(database.url(), database.user(), database.password());
  }
}
