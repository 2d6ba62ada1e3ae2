package io.drover.transfer;

import java.lang.foreign.MemorySegment;

/**
 * Sends and receives guests' memory. One per process; safe to call from any thread.
 *
 * <p>Each transfer has one platform thread of its own that does all its Aeron work; callers block
 * on it.
 */
public interface TransferEngine extends AutoCloseable {
  /** Where this process receives, {@code host:port}. */
  String endpoint();

  /**
   * Connects to the target.
   *
   * @param source the guest's memory and how its changes are found
   * @throws TransferException when the target does not answer within the connect timeout, or
   *     refuses
   */
  OutboundTransfer send(TransferTicket ticket, PageSource source, SendOptions options)
      throws TransferException;

  /**
   * Reserves streams and waits for a source.
   *
   * @param transferId for logs: the migration's id
   * @param memory where pages are written; stays valid until the transfer is closed, and can be
   *     reached by other threads. Fresh memory is left untouched where the source has zeros, so
   *     that a sparse file stays sparse; memory that was used before is cleared there
   * @throws TransferException when the limit of inbound transfers is reached
   */
  InboundTransfer receive(String transferId, MemorySegment memory) throws TransferException;

  @Override
  void close();
}
