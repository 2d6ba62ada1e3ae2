package io.drover.transfer.lane;

import io.drover.config.settings.TransferSettings;
import io.drover.config.units.DataRate;
import io.drover.config.units.Spans;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.OutboundTransfer;
import io.drover.transfer.PageSource;
import io.drover.transfer.SendOptions;
import io.drover.transfer.TransferException;
import io.drover.transfer.TransferTicket;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.PageTable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;

/** The source's end as its callers see it: hands rounds to the agent and waits for them. */
public final class OutboundSession implements OutboundTransfer {
  private final OutboundAgent agent;
  private final PageSender sender;
  private final TokenBucket bucket;
  private final RoundCall.Bandwidth bandwidth = new RoundCall.Bandwidth();

  /**
   * Prepares the transfer; {@link #connect} starts it.
   *
   * @param answerStreamId of this process, for the target's frames
   * @param pacing tells the bandwidth limit how time passes
   * @param onEnded called once, when all is released
   */
  public OutboundSession(
      TransferTicket ticket,
      PageSource source,
      SendOptions options,
      int answerStreamId,
      Streams streams,
      TransferSettings settings,
      NanoClock pacing,
      Consumer<OutboundSession> onEnded) {
    PageMemory memory = new PageMemory(source.memory());
    PageTable table = new PageTable(memory.pageCount(), ticket.token());
    BatchPublisher publisher = new BatchPublisher(memory, table, ticket.token(), streams.pageMtu());
    this.bucket = new TokenBucket(pacing, options.bandwidthLimit());
    this.sender =
        new PageSender(
            memory,
            table,
            cursor(source, options.transferId(), memory, table),
            publisher,
            new BatchLog(settings.unackedBatches()),
            bucket);
    this.agent =
        new OutboundAgent(
            ticket,
            options,
            sender,
            publisher,
            memory.pageCount(),
            answerStreamId,
            streams,
            settings,
            () -> onEnded.accept(this));
  }

  private static DirtyCursor cursor(
      PageSource source, String transferId, PageMemory memory, PageTable table) {
    return switch (source.tracking()) {
      case PageSource.DirtyTracking.Exact(PageSource.Collector collector) ->
          new ExactCursor(collector, memory.pageCount());
      case PageSource.DirtyTracking.ContentScan() ->
          new ScanCursor("drover-transfer-" + transferId, memory, table);
    };
  }

  /** Starts the transfer's thread and waits until the target has answered, or ends the transfer. */
  public void connect() throws TransferException {
    agent.start();
    try {
      get(agent.connected());
    } catch (TransferException e) {
      agent.close();
      throw e;
    }
  }

  /** The target's side refuses a publication. From Aeron's thread. */
  public void onRefused(long registrationId, String reason) {
    agent.onRefused(registrationId, reason);
  }

  @Override
  public RoundReport sendRound() throws TransferException {
    RoundCall.Running call = new RoundCall.Running(bandwidth);
    agent.submit(call);
    return get(call.report);
  }

  @Override
  public FinalReport sendFinal(Duration deadline) throws TransferException {
    RoundCall.Final call = new RoundCall.Final();
    agent.submit(call);
    try {
      return call.report.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      abort("the final pages did not arrive within " + Spans.text(deadline));
      throw new TransferException(
          "%s: the final pages did not arrive within %s"
              .formatted(agent.name, Spans.text(deadline)),
          e);
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private <T> T get(CompletableFuture<T> future) throws TransferException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TransferException failed(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new TransferException(String.valueOf(cause.getMessage()), cause);
  }

  private TransferException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    abort("the source was interrupted");
    return new TransferException(agent.name + " was interrupted", e);
  }

  @Override
  public OpaqueChannel opaque() {
    return agent.opaque;
  }

  @Override
  public void limitBandwidth(DataRate limit) {
    bucket.limit(limit);
    agent.wake();
  }

  @Override
  public long sentBytes() {
    return sender.sentBytes();
  }

  @Override
  public void abort(String reason) {
    agent.abort(reason);
  }

  @Override
  public void close() {
    agent.close();
  }
}
