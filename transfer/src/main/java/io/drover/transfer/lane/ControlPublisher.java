package io.drover.transfer.lane;

import io.aeron.ExclusivePublication;
import io.drover.transfer.wire.FrameKind;
import io.drover.transfer.wire.FrameLayout;
import io.drover.transfer.wire.FrameWriter;
import io.drover.transfer.wire.Hello;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Says things on a control stream. Every method returns whether Aeron took the frame; when not, the
 * caller tries again in its next cycle. One thread.
 */
final class ControlPublisher {
  /** Small enough for one datagram on any link. */
  private static final int FRAME_LENGTH_MAX = 1_280;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final int BODY_LENGTH_MAX = FRAME_LENGTH_MAX - FrameLayout.HEADER_LENGTH;
  private static final int OPAQUE_LENGTH_MAX = BODY_LENGTH_MAX - Long.BYTES;
  private static final int REASON_LENGTH_MAX = 1_024;
  private static final int STATUS_LENGTH = 3 * Long.BYTES;

  private final UnsafeBuffer scratch =
      new UnsafeBuffer(ByteBuffer.allocateDirect(FRAME_LENGTH_MAX));
  private final FrameWriter writer;
  private @Nullable ExclusivePublication publication;
  private int generation;
  private boolean wasConnected;

  ControlPublisher(long token) {
    this.writer = new FrameWriter(token, scratch);
  }

  void attach(ExclusivePublication control, int newGeneration) {
    CloseHelper.close(publication);
    publication = control;
    generation = newGeneration;
    wasConnected = false;
  }

  void close() {
    CloseHelper.close(publication);
    publication = null;
  }

  boolean isConnected() {
    boolean connected = publication != null && publication.isConnected();
    wasConnected |= connected;
    return connected;
  }

  /** Whether nobody is there to hear anything, nor about to be. */
  boolean isGone() {
    return publication == null || (!isConnected() && wasConnected);
  }

  boolean hello(Hello hello) {
    writer.begin(scratch, 0);
    return send(FrameKind.HELLO, hello.encode(scratch, writer.bodyOffset()));
  }

  /** Of kind {@link FrameKind#WELCOME} or {@link FrameKind#STATUS}. */
  boolean status(int kind, long applied, long opaqueReceived, long opaqueConsumed) {
    writer.begin(scratch, 0);
    scratch.putLong(writer.bodyOffset(), applied, ORDER);
    scratch.putLong(writer.bodyOffset() + Long.BYTES, opaqueReceived, ORDER);
    scratch.putLong(writer.bodyOffset() + 2 * Long.BYTES, opaqueConsumed, ORDER);
    return send(kind, STATUS_LENGTH);
  }

  boolean rewind() {
    writer.begin(scratch, 0);
    return send(FrameKind.REWIND, 0);
  }

  boolean ready(long high, long low) {
    writer.begin(scratch, 0);
    scratch.putLong(writer.bodyOffset(), high, ORDER);
    scratch.putLong(writer.bodyOffset() + Long.BYTES, low, ORDER);
    return send(FrameKind.READY, 2 * Long.BYTES);
  }

  boolean abort(String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, REASON_LENGTH_MAX);
    writer.begin(scratch, 0);
    scratch.putBytes(writer.bodyOffset(), text, 0, length);
    return send(FrameKind.ABORT, length);
  }

  /** Sends what the pipe has, as far as there is room; the number of frames. */
  int pump(OpaquePipe pipe) {
    int frames = 0;
    while (pumpOnce(pipe)) {
      frames++;
    }
    return frames;
  }

  private boolean pumpOnce(OpaquePipe pipe) {
    writer.begin(scratch, 0);
    int data = writer.bodyOffset() + Long.BYTES;
    int length = pipe.peekUnsent(scratch, data, OPAQUE_LENGTH_MAX);
    scratch.putLong(writer.bodyOffset(), pipe.sent(), ORDER);
    if (length > 0) {
      if (send(FrameKind.OPAQUE, Long.BYTES + length)) {
        pipe.onSent(length);
        return true;
      }
      return false;
    }
    if (pipe.isEndDue() && send(FrameKind.OPAQUE_END, Long.BYTES)) {
      pipe.onEndSent();
      return true;
    }
    return false;
  }

  private boolean send(int kind, int bodyLength) {
    int length = writer.finish(kind, generation, 0, 0, 0, bodyLength);
    return publication != null && publication.offer(scratch, 0, length) > 0;
  }
}
