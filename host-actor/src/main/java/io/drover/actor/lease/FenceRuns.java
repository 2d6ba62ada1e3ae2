package io.drover.actor.lease;

import java.time.Duration;

/**
 * The runs of a host's fence command in one loss. There is leave for each, and one at a time.
 *
 * @param runs so far, by this decider
 * @param due when leave for the next one is asked for, or is asked for again
 * @param objection why there was no leave for it; empty = there was, or nobody asked
 */
record FenceRuns(Stage stage, int runs, Duration due, String objection) {
  static final FenceRuns NONE = new FenceRuns(Stage.RESTING, 0, Duration.ZERO, "");

  /** What is going on. */
  enum Stage {
    RESTING,
    ASKING,
    RUNNING,
    /** The host was heard: there are no more of them. */
    WITHDRAWN
  }

  boolean isRunning() {
    return stage == Stage.RUNNING;
  }

  boolean isAsking() {
    return stage == Stage.ASKING;
  }

  /** Whether leave is to be asked for now. */
  boolean isDue(Duration now) {
    return (stage == Stage.RESTING || stage == Stage.ASKING) && due.compareTo(now) <= 0;
  }

  /** What people should know of it; empty when there is nothing to say. */
  String outlook() {
    return switch (stage) {
      case RESTING, ASKING ->
          objection.isEmpty() ? "" : "its fence command is not run: " + objection;
      case RUNNING -> "its fence command runs";
      case WITHDRAWN -> "its fence command is not run: it was heard meanwhile";
    };
  }

  FenceRuns asking(Duration again) {
    return new FenceRuns(Stage.ASKING, runs, again, objection);
  }

  FenceRuns refused(String reason) {
    return new FenceRuns(Stage.RESTING, runs, due, reason);
  }

  FenceRuns started() {
    return new FenceRuns(Stage.RUNNING, runs + 1, due, "");
  }

  FenceRuns ended(Duration next) {
    return stage == Stage.WITHDRAWN ? this : new FenceRuns(Stage.RESTING, runs, next, "");
  }

  FenceRuns withdrawn() {
    return new FenceRuns(Stage.WITHDRAWN, runs, due, "");
  }
}
