package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.agent.AgentReport.TargetReady;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a migration has heard and not journaled: lost with its memory, and then heard again or done
 * without. Not thread-safe: belongs to the entity.
 */
final class MigrationProgress {
  /** For the view; older ones are dropped. */
  static final int ROUNDS_KEPT = 64;

  private final Deque<Round> rounds = new ArrayDeque<>();

  // of the transfer
  /** The last round could be the last; the ends are looked at before the VM is locked. */
  boolean converged;

  boolean lockAsked;
  private Outcome.@Nullable SourceStopped sourceStopped;
  private @Nullable TargetReady targetReady;
  private @Nullable Instant committingSince;
  private AgentSight source = new AgentSight("source");
  private AgentSight target = new AgentSight("target");

  // of the state it is in
  int entry;
  int number = 1;
  boolean failed;

  /** There is no claim to hand over: the VM gets its own. */
  boolean claimMissing;

  boolean sourceDone;
  boolean targetDone;

  /** What went wrong last, for people. */
  String note = "";

  /** What could not be cleaned, for people. */
  String leftover = "";

  Instant since = Instant.EPOCH;
  Instant attemptEnds = Instant.MAX;
  Instant notBefore = Instant.EPOCH;

  /** Until then another target than those that failed. */
  Instant avoidUntil = Instant.EPOCH;

  Instant deadline = Instant.MAX;

  /** Another state was entered. */
  void enter(Instant now) {
    entry++;
    number = 1;
    failed = false;
    claimMissing = false;
    sourceDone = false;
    targetDone = false;
    note = "";
    leftover = "";
    since = now;
    attemptEnds = Instant.MAX;
    notBefore = Instant.EPOCH;
    avoidUntil = Instant.EPOCH;
    deadline = Instant.MAX;
  }

  /** Another target: nothing heard of the last one counts. */
  void forgetTransfer() {
    rounds.clear();
    converged = false;
    lockAsked = false;
    sourceStopped = null;
    targetReady = null;
    committingSince = null;
    source = new AgentSight("source");
    target = new AgentSight("target");
  }

  void add(Round round) {
    if (!rounds.isEmpty() && round.round() <= rounds.getLast().round()) {
      return; // came twice
    }
    if (rounds.size() == ROUNDS_KEPT) {
      rounds.removeFirst();
    }
    rounds.addLast(round);
  }

  List<Round> rounds() {
    return List.copyOf(rounds);
  }

  void sourceStopped(Outcome.SourceStopped stopped) {
    sourceStopped = stopped;
  }

  void targetReady(TargetReady ready) {
    targetReady = ready;
  }

  boolean bothDigests() {
    return sourceStopped != null && targetReady != null;
  }

  boolean committing() {
    return committingSince != null;
  }

  void commit(Instant now) {
    committingSince = now;
  }

  /** Why the switchover must not be: empty when both sides have the same memory. */
  Optional<String> digestMismatch() {
    if (sourceStopped == null
        || targetReady == null
        || sourceStopped.digest().equals(targetReady.digest())) {
      return Optional.empty();
    }
    return Optional.of(
        "the memory digests differ: source %s, target %s"
            .formatted(sourceStopped.digest(), targetReady.digest()));
  }

  String missingDigest() {
    return sourceStopped == null && targetReady == null
        ? "neither side is done"
        : sourceStopped == null ? "the source is not done" : "the target is not ready";
  }

  Optional<Migration.Cutover> cutover(Instant now) {
    if (sourceStopped == null) {
      return Optional.empty();
    }
    Outcome.SourceStopped s = sourceStopped;
    return Optional.of(
        new Migration.Cutover(
            s.digest(),
            Optional.ofNullable(targetReady).map(TargetReady::digest),
            s.pausedAt(),
            s.totalBytes(),
            s.deviceStateBytes(),
            s.hypervisorDowntime(),
            s.pause(),
            s.finalCopy(),
            s.deviceState(),
            Optional.ofNullable(committingSince).map(since -> Duration.between(since, now))));
  }

  /** Something could not be cleaned. */
  void leave(String what) {
    leftover = leftover.isEmpty() ? what : leftover + "; " + what;
  }

  AgentSight source() {
    return source;
  }

  AgentSight target() {
    return target;
  }

  boolean bothReachable() {
    return source.isReachable() && target.isReachable();
  }

  /** Whom it waits for before the source may be stopped, for people. */
  String unreachable() {
    return source.isReachable() ? target.toString() : source.toString();
  }
}
