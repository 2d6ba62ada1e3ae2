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
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.TimeoutSettings;
import org.apache.pekko.coordination.lease.javadsl.LeaseProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the split-brain resolver sees of a lease. */
final class DatabaseLeaseTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration INTERVAL = Duration.ofMillis(50);

  @TempDir private Path folder;
  private final BlockingQueue<Optional<Throwable>> lost = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldLetOneOfTwoHoldersIn(Kind kind) throws Exception {
    DatabaseSettings database = open(kind);
    DatabaseLease a = lease(database, "a", LIMIT);
    DatabaseLease b = lease(database, "b", LIMIT);

    assertThat(answer(a.acquire())).isTrue();
    assertThat(answer(b.acquire())).isFalse();
    assertThat(answer(a.acquire())).as("it has it").isTrue();
    assertThat(a.checkLease()).isTrue();
    assertThat(b.checkLease()).isFalse();

    assertThat(answer(a.release())).isTrue();
    assertThat(a.checkLease()).isFalse();
    assertThat(answer(b.acquire())).isTrue();
    a.close();
    b.close();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldTellItsHolderOnceThatAnotherOwnerHasIt(Kind kind) throws Exception {
    DatabaseSettings database = open(kind);
    DatabaseLease a = lease(database, "a", LIMIT);
    answer(a.acquire());
    try (LeaseTable other = LeaseTableTest.table(database)) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> {
            LeaseTableTest.endAll(database); // until it falls between two heartbeats
            return other.take("sbr", "other", LIMIT).isPresent();
          });
    }

    assertThat(lost.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEmpty();
    assertThat(a.checkLease()).isFalse();
    assertThat(answer(a.acquire())).isFalse();
    a.close();
    assertThat(lost).isEmpty();
  }

  @Test
  void shouldGiveUpALeaseThatItCouldNotExtendForAWholeTerm() throws Exception {
    DatabaseSettings database = open(Kind.POSTGRESQL);
    DatabaseLease a = lease(database, "a", Duration.ofSeconds(1));
    answer(a.acquire());
    TestDatabase.refuseConnections(database, true);

    assertThat(lost.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isPresent();
    assertThat(a.checkLease()).isFalse();

    TestDatabase.refuseConnections(database, false);
    assertThat(answer(a.acquire())).isTrue();
    a.close();
  }

  @Test
  void shouldFailToAcquireWhenTheDatabaseStaysAway() throws Exception {
    DatabaseSettings database = open(Kind.POSTGRESQL);
    TestDatabase.refuseConnections(database, true);
    DatabaseLease a = lease(database, "a", LIMIT);

    assertThatThrownBy(() -> answer(a.acquire())).isInstanceOf(ExecutionException.class);
    assertThat(a.checkLease()).isFalse();
    a.close();
    TestDatabase.refuseConnections(database, false);
  }

  @Test
  void shouldAcquireFromADatabaseThatIsBackInTime() throws Exception {
    DatabaseSettings database = open(Kind.POSTGRESQL);
    TestDatabase.refuseConnections(database, true);
    DatabaseLease a =
        new DatabaseLease(settings("a", LIMIT, LIMIT), LeaseTableTest.table(database), lost::add);
    CompletionStage<Boolean> answer = a.acquire();
    TestDatabase.refuseConnections(database, false);

    assertThat(answer(answer)).isTrue();
    a.close();
  }

  @Test
  void shouldBeWhatPekkoMakesForANode() throws Exception {
    DatabaseSettings database = open(Kind.H2);
    Config config =
        ConfigFactory.parseResources("drover-pekko.conf")
            .getConfig("drover-lease")
            .atPath("drover-lease")
            .withFallback(LeaseTableTest.config(database).atPath("drover-lease.database"))
            .withFallback(ConfigFactory.defaultReference());
    ActorSystem system = ActorSystem.create("lease", config.resolve());
    var lease = LeaseProvider.get(system).getLease("sbr", "drover-lease", "a");

    assertThat(answer(lease.acquire())).isTrue();
    assertThat(lease.checkLease()).isTrue();
    CoordinatedShutdown.get(system)
        .runAll(CoordinatedShutdown.unknownReason())
        .toCompletableFuture()
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(Thread.getAllStackTraces().keySet())
        .as("ended with its system")
        .noneMatch(thread -> thread.getName().equals("drover-lease") && thread.isAlive());
  }

  private DatabaseSettings open(Kind kind) throws SQLException {
    DatabaseSettings database = TestDatabase.create(kind, folder);
    Database.open(database, 1).close();
    return database;
  }

  private DatabaseLease lease(DatabaseSettings database, String owner, Duration term) {
    return new DatabaseLease(
        settings(owner, term, Duration.ofSeconds(2)), LeaseTableTest.table(database), lost::add);
  }

  private static LeaseSettings settings(String owner, Duration term, Duration limit) {
    TimeoutSettings timeouts =
        TimeoutSettings.apply(
                ConfigFactory.defaultReference().getConfig("pekko.coordination.lease"))
            .withHeartbeatInterval(INTERVAL)
            .withHeartbeatTimeout(term)
            .withOperationTimeout(limit);
    return new LeaseSettings("sbr", owner, timeouts, ConfigFactory.empty());
  }

  private static boolean answer(CompletionStage<Boolean> answer) throws Exception {
    return answer.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
