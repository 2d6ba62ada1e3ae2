package io.drover.transfer.lane;

import io.drover.config.settings.TransferSettings;
import io.drover.transfer.InboundTransfer;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferTicket;
import io.drover.transfer.page.PageMemory;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The target's end as its callers see it. */
public final class InboundSession implements InboundTransfer {
  private final TransferTicket ticket;
  private final InboundAgent agent;

  /**
   * Prepares the transfer; {@link #listen} starts it.
   *
   * @param onEnded called once, when all is released
   */
  public InboundSession(
      String transferId,
      TransferTicket ticket,
      MemorySegment memory,
      Streams streams,
      TransferSettings settings,
      Consumer<InboundSession> onEnded) {
    this.ticket = ticket;
    PageReceiver receiver =
        new PageReceiver(
            "drover-transfer-" + transferId,
            new PageMemory(memory),
            ticket.token(),
            settings.rescanLimit().bytes() >> PageMemory.PAGE_SHIFT);
    this.agent =
        new InboundAgent(
            transferId,
            ticket.token(),
            ticket.streamId(),
            receiver,
            streams,
            settings,
            () -> onEnded.accept(this));
  }

  /** Starts the transfer's thread, which waits for the source that has the ticket. */
  public void listen() {
    agent.start();
  }

  @Override
  public TransferTicket ticket() {
    return ticket;
  }

  @Override
  public CompletableFuture<String> memoryComplete() {
    return agent.complete();
  }

  @Override
  public OpaqueChannel opaque() {
    return agent.opaque;
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
