package io.drover.agent.migration;

/** The source did not get through stop-and-copy; its guest may be paused. */
public final class StopFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean deadlinePassed;

  StopFailedException(String reason, boolean deadlinePassed) {
    super(reason);
    this.deadlinePassed = deadlinePassed;
  }

  public boolean deadlinePassed() {
    return deadlinePassed;
  }
}
