package io.drover.transfer.lane;

import io.aeron.Image;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.drover.config.settings.TransferSettings;
import io.drover.transfer.TransferException;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.FrameReader;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of a transfer have in common: the thread, its duty cycle, the opaque channel, and
 * the one way in which a transfer ends. Protected methods run on the transfer's thread unless they
 * say otherwise.
 */
abstract class TransferAgent implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(TransferAgent.class);
  private static final int IDLE_SPINS = 10;
  private static final long IDLE_PARK_MIN_NS = 1_000;

  /** A stream of frames that arrives here. */
  protected static final int CONTROL_STREAM = 0;

  /** A stream of batches that arrives here. */
  protected static final int PAGE_STREAM = 1;

  /**
   * How it ended.
   *
   * @param farewell what the peer is told; empty when it need not be told
   */
  private record End(TransferException cause, String farewell) {}

  protected final String name;
  protected final Streams streams;
  protected final TransferSettings settings;
  protected final OpaquePipe opaque = new OpaquePipe(this::wake);
  protected final ControlPublisher control;
  protected final FrameReader frame;
  private final Runnable onEnded;
  private final AtomicReference<@Nullable End> end = new AtomicReference<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closing;
  private volatile long closeDeadlineNs;
  private final int[] boundSessions = new int[2];
  private long lastStatusNs;
  private long statedApplied;
  private long statedReceived;
  private long statedConsumed;

  protected TransferAgent(
      String name, Streams streams, TransferSettings settings, long token, Runnable onEnded) {
    this.name = name;
    this.streams = streams;
    this.settings = settings;
    this.control = new ControlPublisher(token);
    this.frame = new FrameReader(token);
    this.onEnded = onEnded;
    this.thread = Thread.ofPlatform().daemon().name("drover-transfer-" + name).unstarted(this);
  }

  protected final void start() {
    thread.start();
  }

  /** One cycle; returns how much was done. */
  protected abstract int doWork(long nowNs) throws TransferException;

  /** Lets everybody who waits know. From any thread, once. */
  protected abstract void onFailed(TransferException cause);

  /** Closes what the agent holds of Aeron. */
  protected abstract void release();

  /** {@code source} or {@code target}: what the other side is to this one. */
  protected abstract String peer();

  @Override
  public final void run() {
    IdleStrategy idle =
        new BackoffIdleStrategy(IDLE_SPINS, 0, IDLE_PARK_MIN_NS, settings.activePark().toNanos());
    try {
      while (end.get() == null && !isClosable()) {
        idle.idle(doWork(System.nanoTime()));
      }
      end(new TransferException(name + " is closed"), "the " + self() + " closed the transfer");
    } catch (TransferException e) {
      end(e, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      broke(e); // an Error too: a fault in mapped memory is one, and somebody waits for the outcome
    }
    try {
      sayFarewell(idle);
    } finally {
      finish();
    }
  }

  private void broke(Throwable e) {
    LOG.atError().setCause(e).log("transfer {} broke", name);
    end(new TransferException(name + " broke: " + e, e), "the " + self() + " broke: " + e);
  }

  private void finish() {
    try {
      release();
      control.close();
    } finally {
      onEnded.run();
      ended.countDown();
    }
  }

  private String self() {
    return peer().equals("target") ? "source" : "target";
  }

  private boolean isClosable() {
    return closing && (opaque.isFlushed() || control.isGone() || nowIsPast(closeDeadlineNs));
  }

  private static boolean nowIsPast(long deadlineNs) {
    return System.nanoTime() - deadlineNs >= 0;
  }

  private void sayFarewell(IdleStrategy idle) {
    String farewell = Objects.requireNonNull(end.get()).farewell();
    long deadlineNs = System.nanoTime() + settings.closeLinger().toNanos();
    boolean said = farewell.isEmpty();
    while (!said && !control.isGone() && !nowIsPast(deadlineNs)) {
      said = control.abort(farewell);
      idle.idle(said ? 1 : 0);
    }
  }

  /**
   * Ends the transfer, once. From any thread.
   *
   * @param farewell what the peer is told; empty when it knows
   */
  protected final void end(TransferException cause, String farewell) {
    if (end.compareAndSet(null, new End(cause, farewell))) {
      LOG.debug("transfer {} ends: {}", name, cause.getMessage());
      opaque.fail(cause);
      onFailed(cause);
      wake();
    }
  }

  /** From any thread. */
  final void abort(String reason) {
    end(new TransferException(name + " was aborted: " + reason), reason);
  }

  /** From any thread: delivers what was to be said, then ends. Returns when all is released. */
  final void close() {
    closeDeadlineNs = System.nanoTime() + settings.closeLinger().toNanos();
    closing = true;
    wake();
    Duration patience = settings.closeLinger().multipliedBy(3).plusSeconds(1);
    try {
      if (!ended.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("transfer {} did not end within {}", name, patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  final void wake() {
    LockSupport.unpark(thread);
  }

  /** Throws what ended the transfer, if something did. From any thread. */
  protected final void requireAlive() throws TransferException {
    End how = end.get();
    if (how != null) {
      throw new TransferException(String.valueOf(how.cause().getMessage()), how.cause());
    }
  }

  /** What to do with {@link #frame} once it is known to be of this transfer. */
  @FunctionalInterface
  protected interface SoundFrame {
    void on(Header header) throws TransferException;
  }

  /**
   * Handles what arrives on a stream. Aeron only logs what a handler throws, and goes on with the
   * next frame; here it ends the transfer.
   */
  protected final FragmentHandler handler(int stream, SoundFrame next) {
    return (buffer, offset, length, header) -> {
      try {
        if (isSound(stream, buffer, offset, length, header)) {
          next.on(header);
        }
      } catch (TransferException e) {
        end(e, String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        broke(e);
      }
    };
  }

  /** Whether the frame is of this transfer; if not, its sender is refused, or the transfer ends. */
  private boolean isSound(int stream, DirectBuffer buffer, int offset, int length, Header header)
      throws TransferException {
    if (frame.wrap(buffer, offset, length)) {
      return true;
    }
    if (header.sessionId() == boundSessions[stream]) {
      throw new TransferException(name + ": " + frame.problem());
    }
    LOG.debug("transfer {} refuses session {}: {}", name, header.sessionId(), frame.problem());
    ((Image) header.context()).reject(frame.problem());
    return false;
  }

  /** From now on a bad frame of this stream is the transfer's own. */
  protected final void bind(int stream, Header header) {
    boundSessions[stream] = header.sessionId();
  }

  /** What both sides understand; false when it is for this side to know. */
  protected final boolean onCommonFrame() throws TransferException {
    switch (frame.kind()) {
      case FrameKind.OPAQUE -> {
        requireBody(frame.bodyLength() >= Long.BYTES);
        int length = frame.bodyLength() - Long.BYTES;
        int data = frame.bodyOffset() + Long.BYTES;
        require(opaque.onData(frame.longAt(0), frame.buffer(), data, length), "opaque bytes");
      }
      case FrameKind.OPAQUE_END -> {
        requireBody(frame.bodyLength() == Long.BYTES);
        require(opaque.onEnd(frame.longAt(0)), "end of the opaque bytes");
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** The peer ends it, on whichever connection it said so. */
  protected final boolean onAbort() {
    if (frame.kind() != FrameKind.ABORT) {
      return false;
    }
    String reason =
        frame.buffer().getStringWithoutLengthUtf8(frame.bodyOffset(), frame.bodyLength());
    end(new TransferException("%s: the %s ended it: %s".formatted(name, peer(), reason)), "");
    return true;
  }

  protected final void requireBody(boolean holds) throws TransferException {
    if (!holds) {
      throw new TransferException(
          "%s: frame of kind %d with a body of %d bytes"
              .formatted(name, frame.kind(), frame.bodyLength()));
    }
  }

  private void require(boolean holds, String what) throws TransferException {
    if (!holds) {
      throw new TransferException(
          "%s: %s at %d, expected at %d".formatted(name, what, frame.longAt(0), opaque.received()));
    }
  }

  /** Says what has arrived when it is news, and that this side lives when there is none. */
  protected final int stateProgress(long nowNs, long applied) {
    long received = opaque.received();
    long consumed = opaque.consumed();
    boolean news =
        applied != statedApplied || received != statedReceived || consumed != statedConsumed;
    boolean due = nowNs - lastStatusNs > settings.keepaliveInterval().toNanos();
    if ((news || due) && control.status(FrameKind.STATUS, applied, received, consumed)) {
      statedApplied = applied;
      statedReceived = received;
      statedConsumed = consumed;
      lastStatusNs = nowNs;
      return 1;
    }
    return 0;
  }
}
