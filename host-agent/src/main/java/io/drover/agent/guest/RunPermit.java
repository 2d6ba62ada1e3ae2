package io.drover.agent.guest;

/** Whether a guest may execute and be heard right now. Asked before each slice and each frame. */
@FunctionalInterface
public interface RunPermit {
  /** Cheap, and right at this very moment: the process may have been stopped for an hour. */
  boolean isGiven();

  /** Of a guest that nobody starts elsewhere. */
  RunPermit ALWAYS = () -> true;
}
