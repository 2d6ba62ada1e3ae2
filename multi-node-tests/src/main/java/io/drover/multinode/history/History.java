package io.drover.multinode.history;

import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Collects operations as they end. Safe on any thread. */
public final class History {
  private final LongSupplier clockNs;
  private final AtomicInteger processes = new AtomicInteger();
  private final List<Operation> ended = new ArrayList<>(); // guarded by itself

  /** An empty one, by a monotonic clock. */
  public History(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /** The number of a new client. */
  public int newProcess() {
    return processes.getAndIncrement();
  }

  /** An operation that was asked and has not ended. */
  public record Pending(int process, Kind kind, String vm, long invokedAtNs) {}

  public Pending invoke(int process, Kind kind, String vm) {
    return new Pending(process, kind, vm, clockNs.getAsLong());
  }

  /** The operation has ended, as of now. */
  public Operation end(Pending pending, Outcome outcome) {
    OptionalLong at =
        outcome instanceof Outcome.Indeterminate
            ? OptionalLong.empty()
            : OptionalLong.of(clockNs.getAsLong());
    Operation operation =
        new Operation(
            pending.process(), pending.kind(), pending.vm(), pending.invokedAtNs(), at, outcome);
    synchronized (ended) {
      ended.add(operation);
    }
    return operation;
  }

  /** All that have ended, in the order in which they were asked. */
  public List<Operation> operations() {
    synchronized (ended) {
      return ended.stream().sorted(Comparator.comparingLong(Operation::invokedAtNs)).toList();
    }
  }

  /** The operations of each VM, in the order in which they were asked. */
  public static Map<String, List<Operation>> byVm(List<Operation> operations) {
    Map<String, List<Operation>> byVm = new LinkedHashMap<>();
    operations.stream()
        .sorted(Comparator.comparingLong(Operation::invokedAtNs))
        .forEach(o -> byVm.computeIfAbsent(o.vm(), _ -> new ArrayList<>()).add(o));
    return byVm;
  }
}
