package io.drover.node.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.node.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class JdbcRevocationsTest {
  private static final HostId H1 = HostId.parse("host-north-03-h1");
  private static final HostId H2 = HostId.parse("host-north-04-h2");
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepTheHighestEpochOfEachHostForEachNode(Kind kind) {
    try (Database database = Database.open(TestDatabase.create(kind, folder), 1)) {
      var n1 = new JdbcRevocations(database.dataSource(), "n1");
      var n2 = new JdbcRevocations(database.dataSource(), "n2");
      assertThat(n1.all()).isEmpty();

      n1.record(H1, new Epoch(4));
      n1.record(H1, new Epoch(2));
      n1.record(H2, new Epoch(1));
      n1.record(H2, new Epoch(1));
      n1.record(H2, new Epoch(7));
      n2.record(H1, new Epoch(3));

      assertThat(n1.all()).isEqualTo(Map.of(H1, new Epoch(4), H2, new Epoch(7)));
      assertThat(n2.all()).isEqualTo(Map.of(H1, new Epoch(3)));
    }
  }

  @Test
  void shouldSayThatItCannotBeWrittenWhenThereIsNoDatabase() {
    Database database = Database.open(TestDatabase.create(Kind.H2, folder), 1);
    var revocations = new JdbcRevocations(database.dataSource(), "n1");
    database.close();

    assertThatThrownBy(() -> revocations.record(H1, new Epoch(1)))
        .hasMessageContaining("cannot be written");
  }
}
