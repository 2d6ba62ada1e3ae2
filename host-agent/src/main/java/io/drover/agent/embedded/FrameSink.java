package io.drover.agent.embedded;

/** Where a guest's frames go. Called on the guest's thread: must not block. */
@FunctionalInterface
public interface FrameSink {
  /** Takes one frame, which is the sink's to keep. */
  void send(byte[] frame);
}
