package io.drover.transfer.lane;

import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.drover.config.settings.TransferSettings;
import io.drover.transfer.TransferException;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.Hello;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The target's thread: answers each new connection of the source with how far it is, applies
 * batches, and in the end says what its memory is.
 */
final class InboundAgent extends TransferAgent {
  private static final Logger LOG = LoggerFactory.getLogger(InboundAgent.class);
  private static final int FRAGMENTS_PER_POLL = 16;
  private static final int ASSEMBLY_LENGTH = 1 << 16;

  private final PageReceiver receiver;
  private final Subscription controls;
  private final Subscription pages;
  private final FragmentHandler onControl = handler(CONTROL_STREAM, this::onControl);
  private final FragmentAssembler onPages =
      new FragmentAssembler(handler(PAGE_STREAM, this::onPages), ASSEMBLY_LENGTH, true);
  private final AtomicBoolean settled = new AtomicBoolean();
  private final CompletableFuture<String> complete = new CompletableFuture<>();
  private int generation;
  private long heardNs;
  private long silenceLimitNs;
  private boolean welcomeDue;
  private boolean rewindDue;
  private boolean ready;
  private boolean readyDue;

  InboundAgent(
      String transferId,
      long token,
      int streamId,
      PageReceiver receiver,
      Streams streams,
      TransferSettings settings,
      Runnable onEnded) {
    super(transferId + "-in", streams, settings, token, onEnded);
    this.receiver = receiver;
    this.controls = streams.receive(streamId);
    this.pages = streams.receive(streamId + 1);
  }

  /** The first outcome counts. Who waits for it runs elsewhere, not in the duty cycle. */
  private void settle(Runnable outcome) {
    if (settled.compareAndSet(false, true)) {
      ForkJoinPool.commonPool().execute(outcome);
    }
  }

  CompletableFuture<String> complete() {
    return complete;
  }

  @Override
  protected String peer() {
    return "source";
  }

  @Override
  protected void onFailed(TransferException cause) {
    settle(() -> complete.completeExceptionally(cause));
  }

  @Override
  protected void release() {
    CloseHelper.closeAll(controls, pages);
  }

  @Override
  protected int doWork(long nowNs) throws TransferException {
    int work = controls.poll(onControl, FRAGMENTS_PER_POLL);
    work += pages.poll(onPages, FRAGMENTS_PER_POLL);
    if (generation == 0) {
      return work;
    }
    if (nowNs - heardNs > silenceLimitNs) {
      throw new TransferException(
          "%s: the source was silent for %d ms".formatted(name, (nowNs - heardNs) / 1_000_000));
    }
    if (!ready && receiver.isComplete()) {
      onComplete();
      work++;
    }
    return work + answer(nowNs);
  }

  private int answer(long nowNs) {
    if (welcomeDue) {
      boolean said =
          control.status(
              FrameKind.WELCOME, receiver.applied(), opaque.received(), opaque.consumed());
      welcomeDue = !said;
      return said ? 1 : 0;
    }
    if (rewindDue && control.rewind()) {
      rewindDue = false;
    }
    int work = stateProgress(nowNs, receiver.applied());
    if (readyDue && control.ready(receiver.digestHigh(), receiver.digestLow())) {
      readyDue = false;
      work++;
    }
    return work + control.pump(opaque);
  }

  private void onComplete() throws TransferException {
    ready = true;
    readyDue = true;
    if (!receiver.isDigestAsAnnounced()) {
      throw new TransferException(
          "%s: digest differs: source %s, target %s"
              .formatted(name, receiver.announcedDigest(), receiver.digest()));
    }
    String digest = receiver.digest();
    settle(() -> complete.complete(digest));
  }

  private void onControl(Header header) throws TransferException {
    if (onAbort()) {
      return;
    }
    if (frame.kind() == FrameKind.HELLO) {
      onHello();
    } else if (frame.generation() == generation) {
      heardNs = System.nanoTime();
      onFrame();
    }
    bind(CONTROL_STREAM, header);
  }

  private void onHello() throws TransferException {
    Hello hello;
    try {
      hello = Hello.decode(frame);
    } catch (IllegalArgumentException e) {
      throw new TransferException(name + ": " + e.getMessage(), e);
    }
    if (frame.generation() < generation) {
      return;
    }
    heardNs = System.nanoTime();
    welcomeDue = true;
    if (frame.generation() > generation) {
      connect(hello, frame.generation());
    }
  }

  private void connect(Hello hello, int newGeneration) throws TransferException {
    LOG.debug("transfer {} has the source {} at {}", name, hello.transferId(), hello.endpoint());
    control.attach(streams.controlTo(hello.endpoint(), hello.answerStreamId()), newGeneration);
    generation = newGeneration;
    onPages.clear(); // what it keeps per connection is of those that are over
    rewindDue = false;
    readyDue = ready;
    silenceLimitNs = hello.outageBudget().plus(settings.peerLiveness()).toNanos();
    if (hello.pageCount() != receiver.pageCount()) {
      throw new TransferException(
          "%s: the source has %d pages, the target %d"
              .formatted(name, hello.pageCount(), receiver.pageCount()));
    }
    if (!opaque.rewind(hello.opaqueReceived())) {
      throw new TransferException(
          "%s: the source resumes the opaque channel at %d, %d were sent"
              .formatted(name, hello.opaqueReceived(), opaque.sent()));
    }
  }

  private void onFrame() throws TransferException {
    if (onCommonFrame()) {
      return;
    }
    if (frame.kind() != FrameKind.STATUS) {
      throw new TransferException(name + ": the source sent kind " + frame.kind());
    }
    requireBody(frame.bodyLength() == 3 * Long.BYTES);
    if (!opaque.onStatus(frame.longAt(Long.BYTES), frame.longAt(2 * Long.BYTES))) {
      throw new TransferException(
          "%s: the source has %d opaque bytes, %d were sent"
              .formatted(name, frame.longAt(Long.BYTES), opaque.sent()));
    }
  }

  private void onPages(Header header) throws TransferException {
    if (frame.generation() == generation && !rewindDue) {
      bind(PAGE_STREAM, header);
      heardNs = System.nanoTime();
      onBatch();
    }
  }

  private void onBatch() throws TransferException {
    switch (receiver.accept(frame)) {
      case APPLIED -> {}
      case GAP -> rewindDue = true;
      case CORRUPT -> throw new TransferException(name + ": " + receiver.problem());
    }
  }
}
