package io.drover.transfer;

import java.util.concurrent.CompletableFuture;

/** The receiving end: writes pages into the guest's memory on a thread of its own. */
public interface InboundTransfer extends AutoCloseable {
  TransferTicket ticket();

  /**
   * Completes with the digest of this side's memory (32 hex digits) when the final pages are
   * applied and equal what the source announced; exceptionally with {@link TransferException} when
   * the transfer failed, was aborted by the source, or was closed.
   */
  CompletableFuture<String> memoryComplete();

  OpaqueChannel opaque();

  /** Tells the source why, and ends. */
  void abort(String reason);

  @Override
  void close();
}
