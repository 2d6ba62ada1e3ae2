package io.drover.transfer.lane;

import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.drover.config.settings.TransferSettings;
import io.drover.config.units.Spans;
import io.drover.transfer.SendOptions;
import io.drover.transfer.TransferException;
import io.drover.transfer.TransferTicket;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.Hello;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source's thread: connects, says hello, sends rounds, and connects anew when the stream breaks
 * until the outage budget is spent.
 */
final class OutboundAgent extends TransferAgent {
  private static final Logger LOG = LoggerFactory.getLogger(OutboundAgent.class);
  private static final long HELLO_INTERVAL_NS = 50_000_000;
  private static final int FRAGMENTS_PER_POLL = 32;
  private static final int NO_PUBLICATION = -1;

  private final TransferTicket ticket;
  private final SendOptions options;
  private final PageSender sender;
  private final BatchPublisher publisher;
  private final int pageCount;
  private final int answerStreamId;
  private final Subscription answers;
  private final FragmentHandler onFragment = handler(CONTROL_STREAM, this::onSound);
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final AtomicReference<@Nullable RoundCall<?>> call = new AtomicReference<>();
  private @Nullable ExclusivePublication pages;
  private int generation;
  private boolean open;
  private boolean everOpen;
  private long disconnectedNs;
  private long connectingNs;
  private long helloNs;
  private long heardNs;
  private volatile long controlRegistration = NO_PUBLICATION;
  private volatile long pagesRegistration = NO_PUBLICATION;

  OutboundAgent(
      TransferTicket ticket,
      SendOptions options,
      PageSender sender,
      BatchPublisher publisher,
      int pageCount,
      int answerStreamId,
      Streams streams,
      TransferSettings settings,
      Runnable onEnded) {
    super(options.transferId() + "-out", streams, settings, ticket.token(), onEnded);
    this.ticket = ticket;
    this.options = options;
    this.sender = sender;
    this.publisher = publisher;
    this.pageCount = pageCount;
    this.answerStreamId = answerStreamId;
    this.answers = streams.receive(answerStreamId);
  }

  /** Completes when the target has answered the first time. */
  CompletableFuture<Void> connected() {
    return connected;
  }

  /** Hands a round to the transfer's thread. From the caller's thread, one at a time. */
  void submit(RoundCall<?> next) throws TransferException {
    if (!call.compareAndSet(null, next)) {
      throw new IllegalStateException(name + " is in a round already");
    }
    wake();
    try {
      requireAlive();
    } catch (TransferException e) {
      call.set(null);
      throw e;
    }
  }

  /** The driver says that the target's side refuses a publication. From Aeron's thread. */
  void onRefused(long registrationId, String reason) {
    if (registrationId == controlRegistration || registrationId == pagesRegistration) {
      end(new TransferException(name + ": the target refused: " + reason), "");
    }
  }

  @Override
  protected String peer() {
    return "target";
  }

  @Override
  protected void onFailed(TransferException cause) {
    connected.completeExceptionally(cause);
    RoundCall<?> current = call.get();
    if (current != null) {
      current.fail(cause);
    }
  }

  @Override
  protected void release() {
    publisher.detach();
    CloseHelper.closeAll(pages, answers);
  }

  @Override
  protected int doWork(long nowNs) throws TransferException {
    int work = answers.poll(onFragment, FRAGMENTS_PER_POLL);
    RoundCall<?> current = call.get();
    if (current != null && !current.isBegun()) {
      current.begin(sender);
      work++;
    }
    work += open ? workOpen(nowNs) : workConnecting(nowNs);
    if (current != null && sender.isIdle()) {
      call.set(null);
      current.complete(sender);
    }
    return work;
  }

  private int workConnecting(long nowNs) throws TransferException {
    if (generation == 0) {
      disconnectedNs = nowNs;
      connect(nowNs);
      return 1;
    }
    Duration budget = everOpen ? options.outageBudget() : settings.connectTimeout();
    if (nowNs - disconnectedNs > budget.toNanos()) {
      throw new TransferException(
          "%s: the target at %s did not %s within %s"
              .formatted(
                  name, ticket.endpoint(), everOpen ? "come back" : "answer", Spans.text(budget)));
    }
    if (nowNs - connectingNs > settings.peerLiveness().toNanos()) {
      connect(nowNs);
    }
    boolean due = nowNs - helloNs > HELLO_INTERVAL_NS;
    if (due && control.isConnected() && pages != null && pages.isConnected()) {
      helloNs = nowNs;
      return control.hello(hello()) ? 1 : 0;
    }
    return 0;
  }

  private Hello hello() {
    return new Hello(
        pageCount,
        options.outageBudget(),
        opaque.received(),
        answerStreamId,
        streams.endpoint(),
        options.transferId());
  }

  private void connect(long nowNs) {
    generation++;
    connectingNs = nowNs;
    helloNs = nowNs - HELLO_INTERVAL_NS;
    if (pages != null) {
      pages.revoke();
    }
    ExclusivePublication newControl = streams.controlTo(ticket.endpoint(), ticket.streamId());
    control.attach(newControl, generation);
    controlRegistration = newControl.registrationId();
    ExclusivePublication newPages = streams.pagesTo(ticket.endpoint(), ticket.streamId() + 1);
    publisher.attach(newPages, generation);
    pagesRegistration = newPages.registrationId();
    pages = newPages;
  }

  private int workOpen(long nowNs) {
    if (!control.isConnected() || pages == null || !pages.isConnected()) {
      return reconnect(nowNs, "its streams are gone");
    }
    if (nowNs - heardNs > settings.peerLiveness().toNanos()) {
      return reconnect(nowNs, "it is silent");
    }
    int work = control.pump(opaque);
    work += stateProgress(nowNs, 0);
    int sent = sender.doWork();
    return sent == PageSender.BROKEN ? reconnect(nowNs, "its page stream is gone") : work + sent;
  }

  private int reconnect(long nowNs, String why) {
    LOG.info("transfer {} lost the target at {}: {}", name, ticket.endpoint(), why);
    open = false;
    disconnectedNs = nowNs;
    connect(nowNs);
    return 1;
  }

  private void onSound(Header header) throws TransferException {
    if (!onAbort() && frame.generation() == generation) {
      bind(CONTROL_STREAM, header);
      heardNs = System.nanoTime();
      onFrame();
    }
  }

  private void onFrame() throws TransferException {
    if (onCommonFrame()) {
      return;
    }
    switch (frame.kind()) {
      case FrameKind.WELCOME -> {
        requireBody(frame.bodyLength() == 3 * Long.BYTES);
        onWelcome(frame.longAt(0), frame.longAt(Long.BYTES));
      }
      case FrameKind.STATUS -> {
        requireBody(frame.bodyLength() == 3 * Long.BYTES);
        onStatus(frame.longAt(0), frame.longAt(Long.BYTES), frame.longAt(2 * Long.BYTES));
      }
      case FrameKind.REWIND -> {
        if (open) {
          reconnect(heardNs, "it misses a batch");
        }
      }
      case FrameKind.READY -> {
        requireBody(frame.bodyLength() == 2 * Long.BYTES);
        sender.onReady(frame.longAt(0), frame.longAt(Long.BYTES));
      }
      default -> throw new TransferException(name + ": the target sent kind " + frame.kind());
    }
  }

  private void onWelcome(long applied, long opaqueReceived) throws TransferException {
    if (open) {
      return;
    }
    if (!opaque.rewind(opaqueReceived)) {
      throw new TransferException(
          "%s: the target resumes the opaque channel at %d, %d were sent"
              .formatted(name, opaqueReceived, opaque.sent()));
    }
    sender.onWelcome(applied);
    LOG.debug("transfer {} generation {} goes on after batch {}", name, generation, applied);
    open = true;
    everOpen = true;
    connected.complete(null);
  }

  private void onStatus(long applied, long opaqueReceived, long opaqueConsumed)
      throws TransferException {
    if (!open) {
      return;
    }
    if (!opaque.onStatus(opaqueReceived, opaqueConsumed)) {
      throw new TransferException(
          "%s: the target has %d opaque bytes, %d were sent"
              .formatted(name, opaqueReceived, opaque.sent()));
    }
    sender.onApplied(applied);
  }
}
