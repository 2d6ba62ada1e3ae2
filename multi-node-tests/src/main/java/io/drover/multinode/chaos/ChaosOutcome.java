package io.drover.multinode.chaos;

import io.drover.multinode.check.FaultSpan;
import io.drover.multinode.check.Verdict;
import io.drover.multinode.history.Operation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a chaos run did and found.
 *
 * @param impossible kinds of faults that this machine does not allow, for people
 */
public record ChaosOutcome(
    List<FaultSpan> faults,
    List<Operation> operations,
    List<Verdict> verdicts,
    List<String> impossible) {
  public ChaosOutcome {
    faults = List.copyOf(faults);
    operations = List.copyOf(operations);
    verdicts = List.copyOf(verdicts);
    impossible = List.copyOf(impossible);
  }

  public boolean holds() {
    return verdicts.stream().allMatch(Verdict::holds);
  }

  public List<String> violations() {
    return verdicts.stream()
        .flatMap(verdict -> verdict.violations().stream().map(v -> verdict.checker() + ": " + v))
        .toList();
  }

  /** How many of each kind. */
  public Map<String, Long> faultsByKind() {
    return faults.stream()
        .collect(Collectors.groupingBy(FaultSpan::kind, TreeMap::new, Collectors.counting()));
  }

  /** How many of each kind ended how, {@code stop acknowledged}. */
  public Map<String, Long> operationsByEnd() {
    return operations.stream()
        .collect(
            Collectors.groupingBy(
                o -> o.kind() + " " + o.outcome().getClass().getSimpleName(),
                TreeMap::new,
                Collectors.counting()));
  }

  /** Of changes: how many in a hundred nobody was told the outcome of. */
  public double indeterminatePercent() {
    List<Operation> changes =
        operations.stream().filter(o -> o.kind() != Operation.Kind.READ).toList();
    long indeterminate = changes.stream().filter(Operation::isIndeterminate).count();
    return changes.isEmpty() ? 0 : 100.0 * indeterminate / changes.size();
  }
}
