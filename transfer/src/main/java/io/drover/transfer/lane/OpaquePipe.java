package io.drover.transfer.lane;

import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One side of the duplex stream beside the pages. Bytes stay here until the peer has them, so that
 * a broken stream goes on where it was. All state is under one lock: the callers' threads on one
 * side, the transfer's thread on the other.
 */
final class OpaquePipe implements OpaqueChannel {
  /** Bytes per direction between writer and reader. Both sides have the same: it is the window. */
  static final int WINDOW = 1 << 20;

  private static final long OPEN = -1;

  private final Runnable wakeTransfer;
  private final ReentrantLock lock = new ReentrantLock();
  // Not a monitor: a ForkJoinPool whose thread waits on a condition starts another one.
  private final Condition changed = lock.newCondition();
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
  public void write(ByteBuffer bytes) throws TransferException {
    lock.lock();
    try {
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
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endOutput() throws TransferException {
    lock.lock();
    try {
      checkFailure();
      outputEnd = written;
      wakeTransfer.run();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(ByteBuffer into) throws TransferException {
    if (!into.hasRemaining()) {
      throw new IllegalArgumentException("no room to read into");
    }
    lock.lock();
    try {
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
    } finally {
      lock.unlock();
    }
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
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException("interrupted on the opaque channel", e);
    }
  }

  /** Fails all blocked and later calls, but lets what has arrived be read. */
  void fail(TransferException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Copies what is to be sent next; {@link #onSent} says that it was.
   *
   * @return bytes copied
   */
  int peekUnsent(MutableDirectBuffer into, int offset, int limit) {
    lock.lock();
    try {
      long window = peerConsumed + WINDOW - sent;
      int length = (int) Math.min(Math.min(written - sent, window), limit);
      output.get(sent, into, offset, length);
      return length;
    } finally {
      lock.unlock();
    }
  }

  long sent() {
    lock.lock();
    try {
      return sent;
    } finally {
      lock.unlock();
    }
  }

  void onSent(int length) {
    lock.lock();
    try {
      sent += length;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the end of this direction is to be sent now. */
  boolean isEndDue() {
    lock.lock();
    try {
      return !endSent && outputEnd == sent;
    } finally {
      lock.unlock();
    }
  }

  void onEndSent() {
    lock.lock();
    try {
      endSent = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the peer has all that was written. */
  boolean isFlushed() {
    lock.lock();
    try {
      return peerReceived == written && (outputEnd == OPEN || endSent);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The peer says how far it is.
   *
   * @return false when that cannot be
   */
  boolean onStatus(long nowReceived, long nowConsumed) {
    lock.lock();
    try {
      if (nowReceived > sent || nowConsumed > nowReceived || nowReceived < 0 || nowConsumed < 0) {
        return false;
      }
      peerReceived = Math.max(peerReceived, nowReceived);
      peerConsumed = Math.max(peerConsumed, nowConsumed);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A new connection: all after this position is to be sent once more.
   *
   * @return false when the peer cannot be there
   */
  boolean rewind(long position) {
    lock.lock();
    try {
      if (position < peerReceived || position > sent) {
        return false;
      }
      peerReceived = position;
      sent = position;
      endSent = false;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Bytes came.
   *
   * @return false when they are not the next ones, or more than the window
   */
  boolean onData(long position, DirectBuffer buffer, int offset, int length) {
    lock.lock();
    try {
      if (position != received || received + length - consumed > WINDOW) {
        return false;
      }
      input.put(received, buffer, offset, length);
      received += length;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The peer's direction ends here; false when bytes are missing. */
  boolean onEnd(long position) {
    lock.lock();
    try {
      if (position != received) {
        return false;
      }
      inputEnd = position;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  long received() {
    lock.lock();
    try {
      return received;
    } finally {
      lock.unlock();
    }
  }

  long consumed() {
    lock.lock();
    try {
      return consumed;
    } finally {
      lock.unlock();
    }
  }
}
