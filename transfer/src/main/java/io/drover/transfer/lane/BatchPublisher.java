package io.drover.transfer.lane;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.protocol.DataHeaderFlyweight;
import io.drover.transfer.page.PageHasher;
import io.drover.transfer.page.PageMemory;
import io.drover.transfer.page.PageTable;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.FrameLayout;
import io.drover.transfer.wire.FrameWriter;
import io.drover.transfer.wire.PageRuns;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches into the page stream: straight into its term buffer where a datagram holds enough
 * pages, else by way of a buffer that Aeron fragments. Pages are hashed after they were copied,
 * because the guest may write to them meanwhile and the table has to say what was sent.
 */
final class BatchPublisher {
  /** What a try to send came to; above 0 it is the length of the frame that went. */
  static final int BLOCKED = 0;

  static final int BROKEN = -1;

  /** Of a batch of 64 KiB, the largest datagram there is. */
  private static final int PAGES_PER_BATCH = 15;

  private static final int CLAIM_PAGES_MIN = 4;
  private static final int OVERHEAD =
      FrameLayout.HEADER_LENGTH + PageRuns.contentIndex(PageRuns.RUNS_LIMIT, PAGES_PER_BATCH);
  private static final int MARK_BODY_LENGTH = 2 * Long.BYTES;

  private final PageMemory memory;
  private final PageTable table;
  private final PageHasher hasher = new PageHasher();
  private final BufferClaim claim = new BufferClaim();
  private final FrameWriter writer;
  private final UnsafeBuffer scratch;
  private final boolean claims;
  private final int rawPagesLimit;
  private @Nullable ExclusivePublication publication;
  private int generation;
  private int encodedLength;

  BatchPublisher(PageMemory memory, PageTable table, long token, int mtu) {
    this.memory = memory;
    this.table = table;
    int payload = mtu - DataHeaderFlyweight.HEADER_LENGTH;
    int fitting = (payload - OVERHEAD) >> PageMemory.PAGE_SHIFT;
    this.claims = fitting >= CLAIM_PAGES_MIN;
    this.rawPagesLimit = claims ? Math.min(fitting, PAGES_PER_BATCH) : PAGES_PER_BATCH;
    int largest = OVERHEAD + (rawPagesLimit << PageMemory.PAGE_SHIFT);
    this.scratch = new UnsafeBuffer(BufferUtil.allocateDirectAligned(largest, Long.BYTES));
    this.writer = new FrameWriter(token, scratch);
  }

  int rawPagesLimit() {
    return rawPagesLimit;
  }

  /** Goes on with another stream; what was encoded for the last one is dropped. */
  void attach(ExclusivePublication pages, int newGeneration) {
    publication = pages;
    generation = newGeneration;
    encodedLength = 0;
  }

  void detach() {
    publication = null;
  }

  int send(BatchRuns runs, long sequence, int round) {
    ExclusivePublication pages = publication;
    if (pages == null) {
      return BROKEN;
    }
    if (!claims) {
      if (encodedLength == 0) {
        writer.begin(scratch, 0);
        encodedLength = encode(scratch, runs, sequence, round);
      }
      return offer(pages);
    }
    long position = pages.tryClaim(FrameLayout.HEADER_LENGTH + runs.bodyLength(), claim);
    if (position < 0) {
      return outcome(position);
    }
    writer.begin(claim.buffer(), claim.offset());
    int length = encode(claim.buffer(), runs, sequence, round);
    claim.commit();
    return length;
  }

  /** Sends a batch without pages: {@link FrameKind#LAST_ROUND} or {@link FrameKind#FINAL}. */
  int sendMark(int kind, long sequence, int round) {
    ExclusivePublication pages = publication;
    if (pages == null) {
      return BROKEN;
    }
    writer.begin(scratch, 0);
    scratch.putLong(writer.bodyOffset(), table.digestHigh(), ByteOrder.LITTLE_ENDIAN);
    scratch.putLong(writer.bodyOffset() + Long.BYTES, table.digestLow(), ByteOrder.LITTLE_ENDIAN);
    encodedLength = writer.finish(kind, generation, sequence, round, 0, MARK_BODY_LENGTH);
    int sent = offer(pages);
    encodedLength = 0;
    return sent;
  }

  private int offer(ExclusivePublication pages) {
    long position = pages.offer(scratch, 0, encodedLength);
    if (position < 0) {
      return outcome(position);
    }
    int length = encodedLength;
    encodedLength = 0;
    return length;
  }

  private static int outcome(long position) {
    return position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION
        ? BLOCKED
        : BROKEN;
  }

  private int encode(MutableDirectBuffer buffer, BatchRuns runs, long sequence, int round) {
    int body = writer.bodyOffset();
    int checked = PageRuns.contentIndex(runs.count(), runs.rawPages());
    int content = writer.viewOffset(body + checked);
    int rawPage = 0;
    for (int i = 0; i < runs.count(); i++) {
      int page = runs.page(i);
      int length = runs.length(i);
      PageRuns.put(buffer, body, i, page, length, runs.isRaw(i));
      if (runs.isRaw(i)) {
        memory.copyOut(page, length, writer.segment(), content);
        for (int j = 0; j < length; j++) {
          long hash = hasher.hash(writer.bytes(), content);
          table.record(page + j, hash);
          PageRuns.putHash(buffer, body, runs.count(), rawPage++, hash);
          content += PageMemory.PAGE_SIZE;
        }
      } else {
        for (int j = 0; j < length; j++) {
          table.record(page + j, PageTable.ZERO_PAGE);
        }
      }
    }
    return writer.finish(
        FrameKind.PAGES, generation, sequence, round, runs.count(), runs.bodyLength(), checked);
  }
}
