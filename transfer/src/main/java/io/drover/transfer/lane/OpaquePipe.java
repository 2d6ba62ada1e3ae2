package io.drover.transfer.lane;

import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One side of the duplex stream beside the pages. Bytes stay here until the peer has them, so that
 * a broken stream goes on where it was. Its lock stands between the callers' threads and the
 * transfer's.
 */
final class OpaquePipe implements OpaqueChannel {
  /** Bytes per direction between writer and reader. Both sides have the same: it is the window. */
  static final int WINDOW = 1 << 20;

  private static final long OPEN = -1;

  private final Runnable wakeTransfer;
  private final ByteRing output = new ByteRing(WINDOW);
  private final ByteRing input = new ByteRing(WINDOW);
  private long written;
  private long sent;
  private long peerReceived;
  private long peerConsumed;
  private long outputEnd = OPEN;
  private boolean endSent;
  private long received;
  private long consumed;
  private long inputEnd = OPEN;
  private @Nullable TransferException failure;

  OpaquePipe(Runnable wakeTransfer) {
    this.wakeTransfer = wakeTransfer;
  }

  @Override
  public synchronized void write(ByteBuffer bytes) throws TransferException {
    requireOpenOutput();
    while (bytes.hasRemaining()) {
      checkFailure();
      int space = (int) (WINDOW - (written - peerReceived));
      if (space == 0) {
        await();
        continue;
      }
      int length = Math.min(space, bytes.remaining());
      output.put(written, bytes, length);
      written += length;
      wakeTransfer.run();
    }
    checkFailure();
  }

  @Override
  public synchronized void endOutput() throws TransferException {
    checkFailure();
    outputEnd = written;
    wakeTransfer.run();
  }

  @Override
  public synchronized int read(ByteBuffer into) throws TransferException {
    if (!into.hasRemaining()) {
      throw new IllegalArgumentException("no room to read into");
    }
    while (received == consumed) {
      if (inputEnd == consumed) {
        return -1;
      }
      checkFailure();
      await();
    }
    int length = (int) Math.min(received - consumed, into.remaining());
    input.get(consumed, into, length);
    consumed += length;
    wakeTransfer.run();
    return length;
  }

  private void requireOpenOutput() {
    if (outputEnd != OPEN) {
      throw new IllegalStateException("output has ended after " + outputEnd + " bytes");
    }
  }

  private void checkFailure() throws TransferException {
    TransferException cause = failure;
    if (cause != null) {
      throw new TransferException(String.valueOf(cause.getMessage()), cause);
    }
  }

  @SuppressWarnings("WaitNotInLoop") // its callers loop
  private void await() throws TransferException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException("interrupted on the opaque channel", e);
    }
  }

  /** Fails all blocked and later calls, but lets what has arrived be read. */
  synchronized void fail(TransferException cause) {
    if (failure == null) {
      failure = cause;
    }
    notifyAll();
  }

  /**
   * Copies what is to be sent next; {@link #onSent} says that it was.
   *
   * @return bytes copied
   */
  synchronized int peekUnsent(MutableDirectBuffer into, int offset, int limit) {
    long window = peerConsumed + WINDOW - sent;
    int length = (int) Math.min(Math.min(written - sent, window), limit);
    output.get(sent, into, offset, length);
    return length;
  }

  synchronized long sent() {
    return sent;
  }

  synchronized void onSent(int length) {
    sent += length;
  }

  /** Whether the end of this direction is to be sent now. */
  synchronized boolean isEndDue() {
    return !endSent && outputEnd == sent;
  }

  synchronized void onEndSent() {
    endSent = true;
  }

  /** Whether the peer has all that was written. */
  synchronized boolean isFlushed() {
    return peerReceived == written && (outputEnd == OPEN || endSent);
  }

  /**
   * The peer says how far it is.
   *
   * @return false when that cannot be
   */
  synchronized boolean onStatus(long nowReceived, long nowConsumed) {
    if (nowReceived > sent || nowConsumed > nowReceived || nowReceived < 0 || nowConsumed < 0) {
      return false;
    }
    peerReceived = Math.max(peerReceived, nowReceived);
    peerConsumed = Math.max(peerConsumed, nowConsumed);
    notifyAll();
    return true;
  }

  /**
   * A new connection: all after this position is to be sent once more.
   *
   * @return false when the peer cannot be there
   */
  synchronized boolean rewind(long position) {
    if (position < peerReceived || position > sent) {
      return false;
    }
    peerReceived = position;
    sent = position;
    endSent = false;
    notifyAll();
    return true;
  }

  /**
   * Bytes came.
   *
   * @return false when they are not the next ones, or more than the window
   */
  synchronized boolean onData(long position, DirectBuffer buffer, int offset, int length) {
    if (position != received || received + length - consumed > WINDOW) {
      return false;
    }
    input.put(received, buffer, offset, length);
    received += length;
    notifyAll();
    return true;
  }

  /** The peer's direction ends here; false when bytes are missing. */
  synchronized boolean onEnd(long position) {
    if (position != received) {
      return false;
    }
    inputEnd = position;
    notifyAll();
    return true;
  }

  synchronized long received() {
    return received;
  }

  synchronized long consumed() {
    return consumed;
  }
}
