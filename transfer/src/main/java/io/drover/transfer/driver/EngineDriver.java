package io.drover.transfer.driver;

import io.aeron.Aeron;
import io.aeron.PublicationErrorFrameHandler;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.TransferSettings;
import io.drover.config.settings.TransferSettings.PageChannel;
import java.net.PortUnreachableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops the media driver of this process and its client. */
final class EngineDriver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineDriver.class);

  /**
   * Driver and client are one process: neither can lose the other, and one that was stopped for a
   * while (a debugger, SIGSTOP) must find its streams as they were.
   */
  private static final Duration SAME_PROCESS = Duration.ofMinutes(10);

  /** Longest sleep, while there is a transfer, of the threads that are needed to begin one. */
  private static final Duration SETUP_PARK = Duration.ofMillis(1);

  private final MediaDriver driver;
  private final Aeron aeron;
  private final Sleepers sleepers;

  private EngineDriver(MediaDriver driver, Aeron aeron, Sleepers sleepers) {
    this.driver = driver;
    this.aeron = aeron;
    this.sleepers = sleepers;
  }

  /**
   * The threads of driver and client. A transfer's streams go through all of them one after the
   * other, a dozen times before the first page: with the defaults of the last two, 16 ms and as
   * much as the idle driver, connecting took 100 ms.
   *
   * @param data moves the datagrams
   * @param files makes the buffers' files
   * @param client hears of new streams
   */
  private record Sleepers(
      ActivityIdleStrategy data, ActivityIdleStrategy files, ActivityIdleStrategy client) {
    static Sleepers of(TransferSettings settings, AtomicInteger transfers) {
      long activeNs = settings.activePark().toNanos();
      long idleNs = settings.idlePark().toNanos();
      return new Sleepers(
          new ActivityIdleStrategy(transfers, activeNs, idleNs),
          new ActivityIdleStrategy(transfers, SETUP_PARK.toNanos(), idleNs),
          new ActivityIdleStrategy(transfers, SETUP_PARK.toNanos(), idleNs));
    }
  }

  static EngineDriver launch(
      TransferSettings settings, AtomicInteger transfers, PublicationErrorFrameHandler onRefused) {
    Path directory = DriverDirectories.next(settings.directory());
    Sleepers sleepers = Sleepers.of(settings, transfers);
    MediaDriver driver = MediaDriver.launch(driverContext(settings, directory, sleepers));
    try {
      Aeron aeron =
          Aeron.connect(
              new Aeron.Context()
                  .aeronDirectoryName(directory.toString())
                  .driverTimeoutMs(SAME_PROCESS.toMillis())
                  .idleStrategy(sleepers.client)
                  .publicationErrorFrameHandler(onRefused)
                  .errorHandler(EngineDriver::onError));
      return new EngineDriver(driver, aeron, sleepers);
    } catch (RuntimeException e) {
      CloseHelper.close(driver);
      throw e;
    }
  }

  private static MediaDriver.Context driverContext(
      TransferSettings settings, Path directory, Sleepers sleepers) {
    PageChannel pages = settings.pages();
    SocketBuffers buffers = SocketBuffers.granted(pages);
    MediaDriver.Context context = new MediaDriver.Context();
    context.aeronDirectoryName(directory.toString());
    context.driverTimeoutMs(SAME_PROCESS.toMillis());
    return context
        .dirDeleteOnStart(true)
        .dirDeleteOnShutdown(true)
        .warnIfDirectoryExists(false)
        .threadingMode(ThreadingMode.SHARED)
        .sharedIdleStrategy(sleepers.data)
        .asyncExecutorIdleStrategy(sleepers.files)
        .termBufferSparseFile(true)
        .socketRcvbufLength(buffers.receive())
        .socketSndbufLength(buffers.send())
        .initialWindowLength(buffers.receive())
        .imageLivenessTimeoutNs(settings.peerLiveness().toNanos())
        .publicationConnectionTimeoutNs(settings.peerLiveness().toNanos())
        .clientLivenessTimeoutNs(SAME_PROCESS.toNanos())
        .publicationUnblockTimeoutNs(2 * SAME_PROCESS.toNanos())
        .errorHandler(EngineDriver::onError);
  }

  /** A peer that is gone is reported by its transfers; the driver says so once per datagram. */
  private static void onError(Throwable error) {
    boolean warning =
        error instanceof AeronException e && e.category() == AeronException.Category.WARN;
    if (warning || error instanceof PortUnreachableException) {
      LOG.debug("driver: {}", error.toString());
    } else {
      LOG.atWarn().setCause(error).log("driver");
    }
  }

  /** To be called when there is a transfer where there was none. */
  void wake() {
    sleepers.data.wake();
    sleepers.files.wake();
    sleepers.client.wake();
  }

  Aeron aeron() {
    return aeron;
  }

  /**
   * The channel on which this process receives; one socket for all its streams. In Aeron the
   * receiver controls congestion.
   */
  static String receiveChannel(BindAddress address, PageChannel pages) {
    return "aeron:udp?tags=1|endpoint=%s|cc=%s".formatted(address, pages.congestionControl());
  }

  @Override
  public void close() {
    CloseHelper.closeAll(aeron, driver);
  }
}
