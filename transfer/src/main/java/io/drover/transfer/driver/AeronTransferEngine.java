package io.drover.transfer.driver;

import io.aeron.Subscription;
import io.aeron.status.PublicationErrorFrame;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.TransferSettings;
import io.drover.config.settings.TransferSettings.PageChannel;
import io.drover.transfer.InboundTransfer;
import io.drover.transfer.OutboundTransfer;
import io.drover.transfer.PageSource;
import io.drover.transfer.SendOptions;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.TransferException;
import io.drover.transfer.TransferTicket;
import io.drover.transfer.lane.InboundSession;
import io.drover.transfer.lane.OutboundSession;
import io.drover.transfer.lane.Streams;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Transfers over Aeron with an embedded media driver. */
public final class AeronTransferEngine implements TransferEngine {
  private static final Logger LOG = LoggerFactory.getLogger(AeronTransferEngine.class);
  private static final int ENDPOINT_STREAM = 1;
  private static final int FIRST_STREAM = 1_000;
  private static final int STREAMS_PER_TRANSFER = 2;

  /** Control frames are few and small. */
  private static final int CONTROL_TERM_LENGTH = 1 << 20;

  private final TransferSettings settings;
  private final NanoClock pacing;
  private final AtomicInteger transfers = new AtomicInteger();
  private final AtomicInteger inbound = new AtomicInteger();
  private final AtomicInteger outbound = new AtomicInteger();
  private final AtomicInteger nextStream = new AtomicInteger(FIRST_STREAM);
  private final SecureRandom random = new SecureRandom();
  private final Set<OutboundSession> sending = ConcurrentHashMap.newKeySet();
  private final Set<InboundSession> receiving = ConcurrentHashMap.newKeySet();
  private final EngineDriver driver;
  private final Subscription endpointHolder;
  private final Streams streams;
  private volatile boolean closed;

  private AeronTransferEngine(BindAddress address, TransferSettings settings, NanoClock pacing) {
    this.settings = settings;
    this.pacing = pacing;
    this.driver = EngineDriver.launch(settings, transfers, this::onRefused);
    try {
      String channel = EngineDriver.receiveChannel(address, settings.pages());
      // Holds the port as long as the engine lives, also while there is no transfer.
      this.endpointHolder = driver.aeron().addSubscription(channel, ENDPOINT_STREAM);
      this.streams =
          new Streams(
              driver.aeron(),
              resolved(address),
              channel,
              parameters(settings.pages(), settings.pages().termLength().bytes()),
              parameters(settings.pages(), CONTROL_TERM_LENGTH),
              settings.pages().mtu());
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
    LOG.info("transfers are received at {}", streams.endpoint());
  }

  /**
   * Starts the driver.
   *
   * @param address where this process receives
   * @throws RuntimeException of Aeron or of the file system when it cannot start: port in use, no
   *     room in the directory
   */
  public static AeronTransferEngine launch(BindAddress address, TransferSettings settings) {
    return launch(address, settings, SystemNanoClock.INSTANCE);
  }

  /**
   * Starts the driver with another clock for bandwidth limits.
   *
   * @param pacing nanoseconds as {@link System#nanoTime}
   */
  public static AeronTransferEngine launch(
      BindAddress address, TransferSettings settings, NanoClock pacing) {
    return new AeronTransferEngine(address, settings, pacing);
  }

  private static String parameters(PageChannel pages, long termLength) {
    return "|mtu=%d|term-length=%d".formatted(pages.mtu(), termLength);
  }

  private String resolved(BindAddress address) {
    String endpoint = endpointHolder.resolvedEndpoint();
    if (endpoint == null) {
      throw new IllegalStateException("no socket could be bound to " + address);
    }
    return endpoint;
  }

  @Override
  public String endpoint() {
    return streams.endpoint();
  }

  @Override
  public OutboundTransfer send(TransferTicket ticket, PageSource source, SendOptions options)
      throws TransferException {
    admit(outbound, settings.outboundLimit(), "outbound-limit", options.transferId());
    OutboundSession session;
    try {
      session =
          new OutboundSession(
              ticket, source, options, streamIds(), streams, settings, pacing, this::onEnded);
    } catch (RuntimeException e) {
      leave(outbound);
      throw new TransferException(options.transferId() + " cannot be sent: " + e.getMessage(), e);
    }
    sending.add(session);
    session.connect();
    return session;
  }

  @Override
  public InboundTransfer receive(String transferId, MemorySegment memory) throws TransferException {
    admit(inbound, settings.inboundLimit(), "inbound-limit", transferId);
    TransferTicket ticket = new TransferTicket(endpoint(), streamIds(), random.nextLong());
    InboundSession session;
    try {
      session = new InboundSession(transferId, ticket, memory, streams, settings, this::onEnded);
    } catch (RuntimeException e) {
      leave(inbound);
      throw new TransferException(transferId + " cannot be received: " + e.getMessage(), e);
    }
    receiving.add(session);
    session.listen();
    return session;
  }

  private void onEnded(OutboundSession session) {
    sending.remove(session);
    leave(outbound);
  }

  private void onEnded(InboundSession session) {
    receiving.remove(session);
    leave(inbound);
  }

  private int streamIds() {
    return nextStream.getAndAdd(STREAMS_PER_TRANSFER);
  }

  private void admit(AtomicInteger count, int limit, String key, String transferId)
      throws TransferException {
    if (closed) {
      throw new TransferException(transferId + " refused: the engine is closed");
    }
    if (count.incrementAndGet() > limit) {
      count.decrementAndGet();
      throw new TransferException(
          "%s refused: drover.transfer.%s of %d is reached".formatted(transferId, key, limit));
    }
    transfers.incrementAndGet();
    driver.wake();
  }

  private void leave(AtomicInteger count) {
    count.decrementAndGet();
    transfers.decrementAndGet();
  }

  private void onRefused(PublicationErrorFrame error) {
    for (OutboundSession session : sending) {
      session.onRefused(error.registrationId(), error.errorMessage());
    }
  }

  /** Ends all transfers, each in its own time but all at once, then the driver. */
  @Override
  public void close() {
    closed = true;
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      sending.forEach(session -> each.execute(session::close));
      receiving.forEach(session -> each.execute(session::close));
    }
    driver.close();
  }
}
