package io.drover.multinode.check;

import io.drover.multinode.history.History;
import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whatever was acknowledged is there in the end: a created VM exists unless somebody asked to
 * delete it, a deleted one is gone, the last thing asked of it holds, and each piece of accepted
 * work is known and over. What nobody was told about may be either.
 */
public final class NoLostAck {
  private static final Set<String> OVER = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

  /** A VM keeps its newest operations, and no more ({@code GET /v1/operations/{operation}}). */
  private static final int KEPT_OPERATIONS = 16;

  private NoLostAck() {}

  /**
   * What there is when all has calmed down.
   *
   * @param vms by the harness's name: a {@code Seen} or a {@code NotThere}
   * @param work status of each follow-up, {@code SUCCEEDED}; of one that is not there the answer's,
   *     {@code 404}; absent when nobody was asked
   */
  public record End(Map<String, Outcome> vms, Map<String, String> work) {}

  public static Verdict check(List<Operation> operations, End end) {
    List<String> violations = new ArrayList<>();
    long acknowledged = 0;
    for (Map.Entry<String, List<Operation>> vm : History.byVm(operations).entrySet()) {
      Outcome last = end.vms().get(vm.getKey());
      checkDesired(vm.getKey(), vm.getValue(), last, violations);
      for (Operation operation : vm.getValue()) {
        if (operation.outcome() instanceof Outcome.Acknowledged(String followUp)) {
          acknowledged++;
          String status = end.work().getOrDefault(followUp, "unknown");
          if (!isForgotten(operation, status, vm.getValue())) {
            checkWork(operation, followUp, status, violations);
          }
        }
      }
    }
    return new Verdict("no-lost-ack", violations, Map.of("acknowledged", (double) acknowledged));
  }

  private static void checkDesired(
      String vm, List<Operation> operations, @Nullable Outcome last, List<String> violations) {
    List<Operation> changes =
        operations.stream().filter(NoLostAck::isChange).filter(o -> o.mayHaveHappened()).toList();
    if (changes.stream().noneMatch(Operation::isAcknowledged)) {
      return;
    }
    // a change that ended before another was asked is behind that one, whatever the order of others
    List<Operation> latest =
        changes.stream().filter(o -> changes.stream().noneMatch(p -> isBehind(o, p))).toList();
    boolean isDeleted = changes.stream().anyMatch(o -> isAcknowledged(o, Kind.DELETE));
    boolean mayBeDeleted = changes.stream().anyMatch(o -> o.kind() == Kind.DELETE);
    boolean isHeld =
        switch (last) {
          case Outcome.NotThere _ -> mayBeDeleted;
          case Outcome.Seen(Operation.Sight sight) ->
              !isDeleted && latest.stream().anyMatch(o -> wanted(o).equals(sight.desired()));
          case null, default -> false;
        };
    if (!isHeld) {
      violations.add(
          "%s ended as %s although its last changes were %s".formatted(vm, last, latest));
    }
  }

  private static boolean isChange(Operation operation) {
    return switch (operation.kind()) {
      case CREATE, START, STOP, DELETE -> true;
      case MIGRATE, READ -> false;
    };
  }

  private static boolean isAcknowledged(Operation operation, Kind kind) {
    return operation.kind() == kind && operation.isAcknowledged();
  }

  /** Whether {@code later} certainly happened, and after {@code operation} had. */
  private static boolean isBehind(Operation operation, Operation later) {
    return later.isAcknowledged()
        && operation.endedAtNs().isPresent()
        && operation.endedAtNs().getAsLong() < later.invokedAtNs();
  }

  private static String wanted(Operation operation) {
    return switch (operation.kind()) {
      case STOP -> "STOPPED";
      case DELETE -> "DELETED";
      case CREATE, START, MIGRATE, READ -> "RUNNING";
    };
  }

  /** As many as are kept may have been accepted after it; it is counted, too. */
  private static boolean isForgotten(Operation operation, String status, List<Operation> ofVm) {
    long since =
        ofVm.stream()
            .filter(o -> isChange(o) && o.mayHaveHappened())
            .filter(o -> o.endedAtNs().orElse(Long.MAX_VALUE) > operation.invokedAtNs())
            .count();
    return isChange(operation) && status.equals("404") && since > KEPT_OPERATIONS;
  }

  private static void checkWork(
      Operation operation, String followUp, String status, List<String> violations) {
    if (!followUp.isEmpty() && !OVER.contains(status)) {
      violations.add(
          "%s of %s was acknowledged, and %s is %s"
              .formatted(operation.kind(), operation.vm(), followUp, status));
    }
  }
}
