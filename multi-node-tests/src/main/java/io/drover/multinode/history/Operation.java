package io.drover.multinode.history;

import java.util.OptionalLong;

/**
 * One request of one client and how it ended. Retries under one {@code Idempotency-Key} are one
 * operation, from the first attempt to the last.
 *
 * @param process a client that does one thing at a time; one that got no answer is never used again
 * @param vm the harness's name of the VM; its id is known only when its creation is answered
 * @param endedAtNs empty when the outcome is unknown: it may take effect at any later time
 */
public record Operation(
    int process, Kind kind, String vm, long invokedAtNs, OptionalLong endedAtNs, Outcome outcome) {

  /** What is asked. */
  public enum Kind {
    CREATE,
    START,
    STOP,
    MIGRATE,
    DELETE,
    READ
  }

  /** How it ended, as the client knows it. */
  public sealed interface Outcome {
    /**
     * 2xx to a change.
     *
     * @param followUp what to ask for later, {@code /v1/operations/…}; empty when nothing
     */
    record Acknowledged(String followUp) implements Outcome {}

    /** A definite no: nothing was changed. */
    record Refused(String reason) implements Outcome {}

    /** Nobody took it, or could do it just then: nothing was changed. */
    record Unserved(String reason) implements Outcome {}

    /** Nobody told: a time-out, a broken connection, an unknown outcome. */
    record Indeterminate(String reason) implements Outcome {}

    /** A read saw the VM. */
    record Seen(Sight vm) implements Outcome {}

    /** A read was told that there is no such VM. */
    record NotThere() implements Outcome {}
  }

  /**
   * A VM as the API showed it.
   *
   * @param desired {@code RUNNING}, {@code STOPPED}, {@code DELETED}
   * @param host where its grant is; empty when it has none
   * @param epoch 0 when it has no grant
   */
  public record Sight(
      String id, String desired, String phase, String host, long epoch, long version) {}

  /** Whether it was asked before the other ended, and ended after the other was asked. */
  public boolean overlaps(Operation other) {
    return invokedAtNs <= other.endedAtNs.orElse(Long.MAX_VALUE)
        && other.invokedAtNs <= endedAtNs.orElse(Long.MAX_VALUE);
  }

  public boolean isAcknowledged() {
    return outcome instanceof Outcome.Acknowledged;
  }

  public boolean isIndeterminate() {
    return outcome instanceof Outcome.Indeterminate;
  }

  /** Whether somebody who could know gave an answer, be it a no. */
  public boolean isAnswered() {
    return switch (outcome) {
      case Outcome.Acknowledged _, Outcome.Refused _, Outcome.Seen _, Outcome.NotThere _ -> true;
      case Outcome.Unserved _, Outcome.Indeterminate _ -> false;
    };
  }

  /** Whether it changed something, or may have. */
  public boolean mayHaveHappened() {
    return isAcknowledged() || isIndeterminate();
  }
}
