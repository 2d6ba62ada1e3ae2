package io.drover.actor.drill;

import io.drover.actor.drill.DrillState.Job;
import io.drover.config.units.OperationId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which of a drill's acknowledged operations are there at its end, as heard. Not thread-safe. */
final class OperationSearch {
  /** Asked for at a time. */
  private static final int FIND_LIMIT = 200;

  /** Lost ones that are named; of more, only how many they are. */
  private static final int NAMED_LIMIT = 5;

  private final Set<OperationId> found = new HashSet<>();
  private final Set<OperationId> missing = new HashSet<>();

  void forget() {
    found.clear();
    missing.clear();
  }

  void found(OperationId operation) {
    found.add(operation);
  }

  void missing(OperationId operation) {
    missing.add(operation);
  }

  /** To be asked for next; empty when nothing is left to ask. */
  List<OperationId> next(Job job) {
    return unknown(job).limit(FIND_LIMIT).toList();
  }

  private Stream<OperationId> unknown(Job job) {
    return job.operations().stream().filter(o -> !found.contains(o) && !missing.contains(o));
  }

  int lost() {
    return missing.size();
  }

  /** For people. */
  String loss() {
    String names =
        missing.stream()
            .map(OperationId::text)
            .sorted()
            .limit(NAMED_LIMIT)
            .collect(Collectors.joining(", "));
    int more = missing.size() - NAMED_LIMIT;
    String end = more > 0 ? " and %d more".formatted(more) : "";
    return "acknowledged operations are lost: " + names + end;
  }

  /** For people. */
  String waits(Job job) {
    return "%d operations have yet to be found again".formatted(unknown(job).count());
  }
}
