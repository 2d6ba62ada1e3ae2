package io.drover.multinode.check;

import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import io.drover.multinode.history.Operation.Sight;
import java.util.Optional;

/**
 * A VM as its owner may rely on it. What it should do changes only by what its owner asks; where it
 * runs may change by itself (migrations, restarts), each time under a higher run epoch.
 */
final class VmModel implements Linearization.Model<VmModel.State, Operation> {
  private static final String RUNNING = "RUNNING";
  private static final String STOPPED = "STOPPED";
  private static final String DELETED = "DELETED";

  /** The sequential states. */
  sealed interface State {
    /** Not created yet. */
    record Absent() implements State {}

    /**
     * Shall run.
     *
     * @param seen what it has at least become
     */
    record Running(Seen seen) implements State {}

    /** Shall not run. */
    record Stopped(Seen seen) implements State {}

    /** Going or gone, for ever. */
    record Deleted() implements State {}
  }

  /**
   * The newest that anybody was shown.
   *
   * @param host where the epoch was granted; empty when that was not shown
   */
  record Seen(long version, long epoch, String host) {
    private static final Seen NOTHING = new Seen(0, 0, "");

    /** Empty when this cannot be shown after that: it would be older, or another host's epoch. */
    private Optional<Seen> then(Sight sight) {
      boolean isOlder = sight.version() < version || (sight.epoch() > 0 && sight.epoch() < epoch);
      boolean isTwoHosts =
          sight.epoch() == epoch && epoch > 0 && !host.isEmpty() && !host.equals(sight.host());
      if (isOlder || isTwoHosts) {
        return Optional.empty();
      }
      return Optional.of(
          sight.epoch() > 0
              ? new Seen(sight.version(), sight.epoch(), sight.host())
              : new Seen(sight.version(), epoch, host));
    }

    /** A change was persisted since. */
    private Seen changed() {
      return new Seen(version + 1, epoch, host);
    }
  }

  @Override
  public State initial() {
    return new State.Absent();
  }

  @Override
  public Optional<State> after(State state, Operation operation) {
    return switch (operation.outcome()) {
      case Outcome.Acknowledged _, Outcome.Indeterminate _ -> changed(state, operation.kind());
      case Outcome.Refused _, Outcome.Unserved _ -> Optional.of(state);
      case Outcome.Seen(Sight sight) -> shown(state, sight);
      case Outcome.NotThere _ ->
          state instanceof State.Absent || state instanceof State.Deleted
              ? Optional.of(state)
              : Optional.empty();
    };
  }

  private static Optional<State> changed(State state, Kind kind) {
    return switch (state) {
      case State.Absent _ ->
          kind == Kind.CREATE ? Optional.of(new State.Running(Seen.NOTHING)) : Optional.empty();
      case State.Running(Seen seen) ->
          switch (kind) {
            case STOP -> Optional.of(new State.Stopped(seen.changed()));
            case DELETE -> Optional.of(new State.Deleted());
            case MIGRATE, READ -> Optional.of(state);
            case CREATE, START -> Optional.empty();
          };
      case State.Stopped(Seen seen) ->
          switch (kind) {
            case START -> Optional.of(new State.Running(seen.changed()));
            case DELETE -> Optional.of(new State.Deleted());
            case STOP, READ -> Optional.of(state); // while it is stopping
            case CREATE, MIGRATE -> Optional.empty();
          };
      case State.Deleted _ -> // while it is going
          kind == Kind.DELETE || kind == Kind.READ ? Optional.of(state) : Optional.empty();
    };
  }

  private static Optional<State> shown(State state, Sight sight) {
    return switch (state) {
      case State.Running(Seen seen) when sight.desired().equals(RUNNING) ->
          seen.then(sight).map(State.Running::new);
      case State.Stopped(Seen seen) when sight.desired().equals(STOPPED) ->
          seen.then(sight).map(State.Stopped::new);
      case State.Deleted _ when sight.desired().equals(DELETED) -> Optional.of(state);
      case State.Absent _, State.Running _, State.Stopped _, State.Deleted _ -> Optional.empty();
    };
  }
}
