package io.drover.agent.fake;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a class logs while this is open, kept here instead of in the test's output. */
public final class CapturedLog implements AutoCloseable {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  private CapturedLog(Logger logger) {
    this.logger = logger;
  }

  /**
   * Starts to capture.
   *
   * @param source full name of the class
   */
  public static CapturedLog of(String source) {
    CapturedLog log = new CapturedLog((Logger) LoggerFactory.getLogger(source));
    log.events.start();
    log.logger.setAdditive(false);
    log.logger.addAppender(log.events);
    return log;
  }

  public List<String> messages() {
    return List.copyOf(events.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(events);
    logger.setAdditive(true);
  }
}
