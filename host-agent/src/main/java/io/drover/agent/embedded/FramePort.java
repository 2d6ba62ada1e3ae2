package io.drover.agent.embedded;

import io.drover.agent.guest.RunPermit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A guest's network port: frames in are queued until the guest takes them, and move with it; frames
 * out go to the sink. Safe on any thread.
 */
public final class FramePort {
  /** Of one frame: a jumbo frame. */
  public static final int FRAME_LIMIT_BYTES = 9216;

  /** Frames that wait for the guest; further ones are dropped, as a full network card would. */
  public static final int QUEUE_LIMIT = 256;

  private final Queue<byte[]> inbound = new ArrayDeque<>();
  private final Runnable arrival;
  private volatile FrameSink sink = _ -> {};
  private volatile RunPermit permit = RunPermit.ALWAYS;

  /**
   * @param arrival wakes the guest
   */
  FramePort(Runnable arrival) {
    this.arrival = arrival;
  }

  /** From now on the guest's frames go here; until the first call they are dropped. */
  public void connect(FrameSink to) {
    sink = to;
  }

  /**
   * Hands a frame to the guest.
   *
   * @return false when it was dropped because too many wait
   * @throws IllegalArgumentException for an empty frame or one above {@link #FRAME_LIMIT_BYTES}
   */
  public boolean deliver(byte[] frame) {
    if (frame.length == 0 || frame.length > FRAME_LIMIT_BYTES) {
      throw new IllegalArgumentException(
          "a frame has 1 to " + FRAME_LIMIT_BYTES + " bytes: " + frame.length);
    }
    synchronized (inbound) {
      if (inbound.size() == QUEUE_LIMIT) {
        return false;
      }
      inbound.add(frame.clone());
    }
    arrival.run();
    return true;
  }

  void heed(RunPermit asked) {
    permit = asked;
  }

  /** A frame that may not leave is lost, as on a wire that was cut. */
  void send(byte[] frame) {
    if (permit.isGiven()) {
      sink.send(frame);
    }
  }

  byte @Nullable [] poll() {
    synchronized (inbound) {
      return inbound.poll();
    }
  }

  /** The frames that wait, oldest first. */
  List<byte[]> waiting() {
    synchronized (inbound) {
      return List.copyOf(inbound);
    }
  }

  /** Puts frames that came with the guest before those that came here meanwhile, which may drop. */
  void restore(List<byte[]> earlier) {
    synchronized (inbound) {
      List<byte[]> later = List.copyOf(inbound);
      inbound.clear();
      inbound.addAll(earlier);
      for (byte[] frame : later.subList(0, Math.min(later.size(), QUEUE_LIMIT - inbound.size()))) {
        inbound.add(frame);
      }
    }
  }
}
