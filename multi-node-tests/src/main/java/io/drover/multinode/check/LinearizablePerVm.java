package io.drover.multinode.check;

import io.drover.multinode.check.Linearization.Answer;
import io.drover.multinode.check.Linearization.Span;
import io.drover.multinode.history.History;
import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients were told of a VM could have been told by one VM that does one thing at a time.
 * Histories are judged per VM: linearizable objects make a linearizable whole.
 */
public final class LinearizablePerVm {
  /** Of one VM's search; a few seconds. */
  static final long STEP_LIMIT = 5_000_000;

  private LinearizablePerVm() {}

  public static Verdict check(List<Operation> operations) {
    List<String> violations = new ArrayList<>();
    Map<String, List<Operation>> histories = History.byVm(operations);
    int largest = 0;
    for (Map.Entry<String, List<Operation>> entry : histories.entrySet()) {
      List<Span<Operation>> spans = spans(entry.getValue());
      largest = Math.max(largest, spans.size());
      var search = new Linearization<>(new VmModel(), spans, STEP_LIMIT);
      Answer answer = search.search();
      if (answer != Answer.LINEARIZABLE) {
        violations.add(
            "%s: %s; the longest order has %d of %d operations: %s"
                .formatted(
                    entry.getKey(), answer, search.longest(), spans.size(), entry.getValue()));
      }
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("histories", (double) histories.size());
    figures.put("largest_history_operations", (double) largest);
    return new Verdict("linearizable-per-vm", violations, figures);
  }

  /** What was refused and what nobody read changed nothing, in whatever order. */
  private static List<Span<Operation>> spans(List<Operation> history) {
    return history.stream()
        .filter(o ->
            !(o.outcome() instanceof Outcome.Refused || o.outcome() instanceof Outcome.Unserved))
        .filter(o -> o.kind() != Kind.READ || !o.isIndeterminate())
        .map(o -> new Span<>(o.invokedAtNs(), o.endedAtNs().orElse(Linearization.NEVER), o))
        .toList();
  }
}
