package io.drover.agent.qemu;

import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Both ends of a duplex stream in one process; what goes through it may be cut. */
final class LaneInMemory {
  private static final byte[] END = {};

  private LaneInMemory() {}

  record Ends(OpaqueChannel source, OpaqueChannel target) {}

  static Ends open() {
    return open(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * Each direction ends for its reader where the first byte after so many would have come; the
   * writer does not notice. What was not cut goes on: an end is news of its own to QEMU, and one
   * that came early would break off what is still under way in the other direction.
   *
   * @param toTarget bytes that the target gets of what the source writes
   * @param toSource bytes that the source gets of what the target writes
   */
  static Ends open(long toTarget, long toSource) {
    BlockingQueue<byte[]> forward = new LinkedBlockingQueue<>();
    BlockingQueue<byte[]> back = new LinkedBlockingQueue<>();
    return new Ends(new End(forward, back, toTarget), new End(back, forward, toSource));
  }

  private static final class End implements OpaqueChannel {
    private final BlockingQueue<byte[]> out;
    private final BlockingQueue<byte[]> in;
    private long left;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean ended;

    End(BlockingQueue<byte[]> out, BlockingQueue<byte[]> in, long limit) {
      this.out = out;
      this.in = in;
      this.left = limit;
    }

    @Override
    public void write(ByteBuffer bytes) {
      byte[] copy = new byte[(int) Math.min(left, bytes.remaining())];
      boolean cut = copy.length < bytes.remaining();
      bytes.get(copy);
      bytes.position(bytes.limit());
      left -= copy.length;
      if (copy.length > 0) {
        out.add(copy);
      }
      if (cut) {
        out.add(END);
      }
    }

    @Override
    public void endOutput() {
      out.add(END);
    }

    @Override
    public int read(ByteBuffer into) throws TransferException {
      while (!ended && !current.hasRemaining()) {
        byte[] next = take();
        ended = next.length == 0;
        current = ByteBuffer.wrap(next);
      }
      if (ended) {
        return -1;
      }
      int length = Math.min(into.remaining(), current.remaining());
      into.put(current.slice(current.position(), length));
      current.position(current.position() + length);
      return length;
    }

    private byte[] take() throws TransferException {
      try {
        return in.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TransferException("interrupted", e);
      }
    }
  }
}
