package io.drover.actor.placement;

import io.drover.actor.placement.Scheduler.Command.RestartVm;
import io.drover.config.units.VmId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * VMs of lost hosts that wait to be placed: the most important first, and among equals whoever came
 * first. Not threadsafe.
 */
final class RestartQueue {
  /** Placed at one time; the rest waits a moment, so that other requests get their turn. */
  static final int BATCH_LIMIT = 100;

  /**
   * VMs that wait; those of many racks at once. Who has no place is asked for again by its host.
   */
  static final int LIMIT = 10_000;

  private static final Comparator<Waiting> BY_IMPORTANCE =
      Comparator.comparingInt((Waiting w) -> -w.request().spec().hostLoss().priority())
          .thenComparingLong(Waiting::number);

  private record Waiting(long number, RestartVm request) {}

  private final Map<VmId, Waiting> waiting = new HashMap<>();
  private final NavigableSet<Waiting> inOrder = new TreeSet<>(BY_IMPORTANCE);
  private long number;

  /**
   * Asking again keeps its place.
   *
   * @return who has no place any more: the least important, when there are too many
   */
  Optional<RestartVm> add(RestartVm request) {
    Waiting before = waiting.get(request.vm());
    Waiting now = new Waiting(before == null ? number++ : before.number(), request);
    if (before != null) {
      inOrder.remove(before);
    }
    waiting.put(request.vm(), now);
    inOrder.add(now);
    return waiting.size() > LIMIT ? Optional.of(take(inOrder.last())) : Optional.empty();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  List<RestartVm> takeBatch() {
    List<RestartVm> batch = new ArrayList<>();
    while (!inOrder.isEmpty() && batch.size() < BATCH_LIMIT) {
      batch.add(take(inOrder.first()));
    }
    return batch;
  }

  private RestartVm take(Waiting entry) {
    inOrder.remove(entry);
    waiting.remove(entry.request().vm());
    return entry.request();
  }
}
