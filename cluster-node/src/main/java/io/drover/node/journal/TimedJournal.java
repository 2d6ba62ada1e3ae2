package io.drover.node.journal;

import com.typesafe.config.Config;
import java.time.Duration;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import scala.collection.immutable.Seq;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/** The JDBC journal, which says how long each write took. */
public final class TimedJournal extends JdbcAsyncWriteJournal {
  private final JournalTimes times = JournalTimes.of(context().system());

  /** Made by Pekko from {@code jdbc-journal}. */
  public TimedJournal(Config config) {
    super(config);
  }

  @Override
  public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
    long startNs = System.nanoTime();
    Future<Seq<Try<BoxedUnit>>> written = super.asyncWriteMessages(messages);
    written.onComplete(
        result -> {
          boolean durable = result.isSuccess() && result.get().forall(Try::isSuccess);
          times.wrote(Duration.ofNanos(System.nanoTime() - startNs), durable);
          return BoxedUnit.UNIT;
        },
        ExecutionContext.parasitic$.MODULE$);
    return written;
  }
}
