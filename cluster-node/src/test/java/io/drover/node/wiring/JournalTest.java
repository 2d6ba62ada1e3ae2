package io.drover.node.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.config.settings.NodeSettings;
import io.drover.config.units.AreaId;
import io.drover.node.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the journal's settings promise, on both databases. */
final class JournalTest {
  private static final int ENTITIES = 100;
  private static final int BATCH_SIZE = 8;
  private static final Duration LIMIT = Duration.ofSeconds(15);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldRecoverWhatItHasAcknowledged(Kind kind) {
    DatabaseSettings settings = TestDatabase.create(kind, folder);
    try (Database database = Database.open(settings, 1)) {
      assertThat(database.dataSource()).isNotNull();
      withSystem(
          settings,
          testKit -> {
            ActorRef<Tally.Command> tally = testKit.spawn(Tally.create("tally|1"));
            count(testKit, tally);
            assertThat(count(testKit, tally).toCompletableFuture().join()).isEqualTo(2);
          });
      withSystem(
          settings,
          testKit -> {
            ActorRef<Tally.Command> tally = testKit.spawn(Tally.create("tally|1"));
            assertThat(count(testKit, tally).toCompletableFuture().join()).isEqualTo(3);
          });
    }
  }

  /**
   * Another writer has written under the id of one of a hundred entities that all write at once:
   * only those whose rows share its transaction may fail, and each goes on by itself.
   */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepAStaleWriterFromFailingMoreThanItsBatch(Kind kind) {
    DatabaseSettings settings = TestDatabase.create(kind, folder);
    try (Database database = Database.open(settings, 1)) {
      withSystem(
          settings,
          testKit -> {
            List<ActorRef<Tally.Command>> tallies =
                IntStream.range(0, ENTITIES)
                    .mapToObj(i -> testKit.spawn(Tally.create("tally|" + i)))
                    .toList();
            allOf(tallies.stream().map(tally -> count(testKit, tally)).toList());
            writeAsAnother(database, "tally|" + ENTITIES / 2);

            List<CompletableFuture<Integer>> burst =
                tallies.stream().map(tally -> count(testKit, tally).toCompletableFuture()).toList();
            burst.forEach(answer -> answer.exceptionally(_ -> 0).join());

            List<Integer> failed = new ArrayList<>();
            for (int i = 0; i < ENTITIES; i++) {
              if (burst.get(i).isCompletedExceptionally()) {
                failed.add(i);
              }
            }
            assertThat(failed).contains(ENTITIES / 2).hasSizeLessThanOrEqualTo(BATCH_SIZE);
            assertEachGoesOn(testKit, tallies);
          });
    }
  }

  private static void assertEachGoesOn(
      ActorTestKit testKit, List<ActorRef<Tally.Command>> tallies) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() ->
            assertThat(tallies)
                .allSatisfy(tally ->
                    assertThat(count(testKit, tally).toCompletableFuture().join())
                        .isGreaterThanOrEqualTo(2)));
  }

  private static void writeAsAnother(Database database, String persistenceId) {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      int rows =
          statement.executeUpdate(
              """
              INSERT INTO "event_journal" ("deleted", "persistence_id", "sequence_number", "writer",
                  "write_timestamp", "adapter_manifest", "event_payload", "event_ser_id", "event_ser_manifest")
              SELECT "deleted", "persistence_id", "sequence_number" + 1, 'another', "write_timestamp",
                  "adapter_manifest", "event_payload", "event_ser_id", "event_ser_manifest"
              FROM "event_journal" WHERE "persistence_id" = '%s'
              """
                  .formatted(persistenceId));
      assertThat(rows).isEqualTo(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CompletionStage<Integer> count(
      ActorTestKit testKit, ActorRef<Tally.Command> tally) {
    return AskPattern.ask(
        tally, Tally.Command.Count::new, Duration.ofSeconds(3), testKit.scheduler());
  }

  private static void allOf(List<CompletionStage<Integer>> answers) {
    answers.forEach(answer -> answer.toCompletableFuture().join());
  }

  private static void withSystem(
      DatabaseSettings database, java.util.function.Consumer<ActorTestKit> body) {
    BindAddress any = new BindAddress("127.0.0.1", 0);
    NodeSettings settings =
        new NodeSettings(
            "n1",
            new AreaId("north"),
            8,
            any,
            List.of(),
            any,
            any,
            Optional.empty(),
            database,
            List.of(),
            100,
            1000,
            false);
    ActorTestKit testKit =
        ActorTestKit.create(
            "journal",
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(PekkoConfig.of(settings)));
    try {
      body.accept(testKit);
    } finally {
      testKit.shutdownTestKit();
    }
  }
}
