package io.drover.transfer;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What transfers log while this is open, kept here instead of in the test's output. */
final class CapturedLog implements AutoCloseable {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  private CapturedLog(Logger logger) {
    this.logger = logger;
  }

  static CapturedLog ofTransfers() {
    return of("io.drover.transfer.lane.TransferAgent");
  }

  static CapturedLog of(String source) {
    CapturedLog log = new CapturedLog((Logger) LoggerFactory.getLogger(source));
    log.events.start();
    log.logger.setAdditive(false);
    log.logger.addAppender(log.events);
    return log;
  }

  List<String> messages() {
    return List.copyOf(events.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(events);
    logger.setAdditive(true);
  }
}
