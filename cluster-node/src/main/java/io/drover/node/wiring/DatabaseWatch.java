package io.drover.node.wiring;

import io.drover.config.settings.DatabaseSettings;
import io.drover.node.membership.ClusterRoll;
import io.drover.node.membership.PromptConnection;
import io.drover.node.wiring.Readiness.Condition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the journal's database answers, on a connection and a thread of its own: pools that are
 * exhausted say nothing about the database. A node without it acknowledges nothing, so it is not
 * ready until it answers again. On the same occasion the node signs the roll of members.
 */
final class DatabaseWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);

  /** A balancer asks about as often. */
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Readiness readiness;
  private final ClusterRoll roll;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("drover-database-watch").factory());
  private final PromptConnection connection; // of that thread
  private boolean lost; // of that thread

  private DatabaseWatch(DatabaseSettings settings, Readiness readiness, ClusterRoll roll) {
    this.connection =
        new PromptConnection(settings.url(), settings.user(), settings.password(), "drover-watch");
    this.readiness = readiness;
    this.roll = roll;
  }

  /** Of a database that was just opened: it is met from now on, until it does not answer. */
  static DatabaseWatch start(DatabaseSettings settings, Readiness readiness, ClusterRoll roll) {
    DatabaseWatch watch = new DatabaseWatch(settings, readiness, roll);
    readiness.met(Condition.DATABASE);
    var _ =
        watch.thread.scheduleWithFixedDelay(
            watch::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  private void look() {
    try {
      roll.sign(connection.answering());
      if (lost) {
        lost = false;
        LOG.info("database answers again");
      }
      readiness.met(Condition.DATABASE);
    } catch (SQLException | RuntimeException e) { // of a driver: one more look must follow
      String reason = "the database does not answer: " + NodeStartException.rootMessage(e);
      if (!lost) {
        lost = true;
        LOG.atError().addKeyValue("reason", reason).log("database lost");
      }
      readiness.unmet(Condition.DATABASE, reason);
      connection.close();
    }
  }

  private void strikeOff() {
    try (connection) {
      roll.strikeOff(connection.open());
    } catch (SQLException | RuntimeException e) { // of a driver
      LOG.atDebug().setCause(e).log("still on the roll for a moment");
    }
  }

  /** Says nothing any more. Repeatable. */
  @Override
  public synchronized void close() {
    if (!thread.isShutdown()) {
      thread.execute(this::strikeOff);
      thread.shutdown();
    }
  }
}
