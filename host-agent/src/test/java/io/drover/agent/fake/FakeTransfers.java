package io.drover.agent.fake;

import io.drover.config.units.DataRate;
import io.drover.transfer.InboundTransfer;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.OutboundTransfer;
import io.drover.transfer.PageSource;
import io.drover.transfer.SendOptions;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.TransferException;
import io.drover.transfer.TransferTicket;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Transfers inside one process, which break where a test says so. */
public final class FakeTransfers implements TransferEngine {
  public static final String DIGEST = "0123456789abcdef0123456789abcdef";

  private final Map<Integer, Inbound> inbound = new ConcurrentHashMap<>();
  private final AtomicInteger streams = new AtomicInteger();
  private volatile @Nullable String failure;
  private volatile @Nullable CompletableFuture<Void> finalGate;

  /** From now on every round fails. */
  public void breakRounds(String reason) {
    failure = reason;
  }

  /** The final pages wait for this, or for an abort. */
  public void holdFinal(CompletableFuture<Void> gate) {
    finalGate = gate;
  }

  /** The streams of all targets break. */
  public void breakInbound(String reason) {
    inbound
        .values()
        .forEach(in -> in.complete.completeExceptionally(new TransferException(reason)));
  }

  @Override
  public String endpoint() {
    return "127.0.0.1:40000";
  }

  @Override
  public OutboundTransfer send(TransferTicket ticket, PageSource source, SendOptions options)
      throws TransferException {
    Inbound target = inbound.get(ticket.streamId());
    if (target == null) {
      throw new TransferException("nobody receives stream " + ticket.streamId());
    }
    return new Outbound(source, target);
  }

  @Override
  public InboundTransfer receive(String transferId, MemorySegment memory) {
    int stream = streams.incrementAndGet();
    Inbound target = new Inbound(new TransferTicket(endpoint(), stream, 42), memory);
    inbound.put(stream, target);
    return target;
  }

  @Override
  public void close() {}

  private final class Inbound implements InboundTransfer {
    private final TransferTicket ticket;
    private final MemorySegment memory;
    private final CompletableFuture<String> complete = new CompletableFuture<>();
    private final Pipe pipe = new Pipe();

    private Inbound(TransferTicket ticket, MemorySegment memory) {
      this.ticket = ticket;
      this.memory = memory;
    }

    @Override
    public TransferTicket ticket() {
      return ticket;
    }

    @Override
    public CompletableFuture<String> memoryComplete() {
      return complete;
    }

    @Override
    public OpaqueChannel opaque() {
      return pipe;
    }

    @Override
    public void abort(String reason) {
      complete.completeExceptionally(new TransferException(reason));
      pipe.abort();
    }

    @Override
    public void close() {
      abort("closed");
      inbound.remove(ticket.streamId());
    }
  }

  private final class Outbound implements OutboundTransfer {
    private final PageSource source;
    private final Inbound target;
    private final CompletableFuture<Void> aborted = new CompletableFuture<>();
    private int round;
    private long sentBytes;

    private Outbound(PageSource source, Inbound target) {
      this.source = source;
      this.target = target;
    }

    @Override
    public RoundReport sendRound() throws TransferException {
      String reason = failure;
      if (reason != null) {
        throw new TransferException(reason);
      }
      check();
      long bytes = copy();
      return new RoundReport(
          round++, bytes / 4096, 0, bytes, 1, 10, new DataRate(1 << 30), Duration.ofMillis(1));
    }

    private long copy() {
      MemorySegment.copy(source.memory(), 0, target.memory, 0, target.memory.byteSize());
      sentBytes += target.memory.byteSize();
      return target.memory.byteSize();
    }

    private void check() throws TransferException {
      if (aborted.isDone()) {
        throw new TransferException("aborted");
      }
      if (target.complete.isCompletedExceptionally()) {
        throw new TransferException("aborted by the target");
      }
    }

    @Override
    public FinalReport sendFinal(Duration deadline) throws TransferException {
      CompletableFuture<Void> gate = finalGate;
      if (gate != null) {
        CompletableFuture.anyOf(gate, aborted).join();
      }
      check();
      long bytes = copy();
      target.complete.complete(DIGEST);
      return new FinalReport(DIGEST, bytes / 4096, bytes, Duration.ofMillis(1));
    }

    @Override
    public OpaqueChannel opaque() {
      return target.pipe;
    }

    @Override
    public void limitBandwidth(DataRate limit) {}

    @Override
    public long sentBytes() {
      return sentBytes;
    }

    @Override
    public void abort(String reason) {
      if (aborted.complete(null)) {
        target.complete.completeExceptionally(new TransferException(reason));
      }
    }

    @Override
    public void close() {
      aborted.complete(null);
    }
  }

  /** Bytes one way, source to target. */
  private static final class Pipe implements OpaqueChannel {
    private static final byte[] END = {};

    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();

    private void abort() {
      chunks.add(END);
    }

    @Override
    public void write(ByteBuffer bytes) {
      byte[] chunk = new byte[bytes.remaining()];
      bytes.get(chunk);
      chunks.add(chunk);
    }

    @Override
    public void endOutput() {
      chunks.add(END);
    }

    @Override
    public int read(ByteBuffer into) throws TransferException {
      try {
        byte[] chunk = chunks.poll(10, TimeUnit.SECONDS);
        if (chunk == null || chunk.length == 0) {
          return -1;
        }
        into.put(chunk);
        return chunk.length;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TransferException("interrupted", e);
      }
    }
  }
}
