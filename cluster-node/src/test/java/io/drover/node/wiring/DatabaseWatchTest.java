package io.drover.node.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.node.TestDatabase;
import io.drover.node.membership.ClusterRoll;
import io.drover.node.wiring.Readiness.Condition;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class DatabaseWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void shouldSayThatItIsNotReadyWhileTheDatabaseIsLostAndReadyAgainAfterwards()
      throws SQLException {
    DatabaseSettings settings = TestDatabase.create(Kind.POSTGRESQL, folder);
    Readiness readiness = new Readiness();
    for (Condition other : Condition.values()) {
      readiness.met(other);
    }
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(DatabaseWatch.class);
    logger.setAdditive(false);
    logger.addAppender(log);
    log.start();
    try (DatabaseWatch _ = DatabaseWatch.start(settings, readiness, new ClusterRoll("n1"))) {
      TestDatabase.refuseConnections(settings, true);
      Awaitility.await().atMost(LIMIT).until(() -> !readiness.isReady());
      assertThat(readiness.firstMissing().orElseThrow())
          .contains("database: the database does not answer");

      TestDatabase.refuseConnections(settings, false);
      Awaitility.await().atMost(LIMIT).until(readiness::isReady);
    } finally {
      logger.detachAppender(log);
      logger.setAdditive(true);
    }
    assertThat(log.list)
        .extracting(ILoggingEvent::getMessage)
        .as("said once, not at every look")
        .containsOnlyOnce("database lost");
  }
}
