package io.drover.actor.placement;

import io.drover.actor.placement.Scheduler.Command.RestartVm;
import io.drover.config.units.VmId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * VMs of lost hosts that wait to be placed: the most important first, and among equals whoever came
 * first. Not threadsafe.
 */
final class RestartQueue {
  /** Placed at one time; the rest waits a moment, so that other requests get their turn. */
  static final int BATCH_LIMIT = 100;

  private record Waiting(long number, RestartVm request) {}

  private final Map<VmId, Waiting> waiting = new HashMap<>();
  private long number;

  /** Asking again keeps its place. */
  void add(RestartVm request) {
    waiting.merge(
        request.vm(),
        new Waiting(number++, request),
        (before, now) -> new Waiting(before.number(), now.request()));
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  List<RestartVm> takeBatch() {
    List<RestartVm> batch =
        waiting.values().stream()
            .sorted(
                Comparator.comparingInt((Waiting w) -> -w.request().spec().hostLoss().priority())
                    .thenComparingLong(Waiting::number))
            .limit(BATCH_LIMIT)
            .map(Waiting::request)
            .toList();
    batch.forEach(r -> waiting.remove(r.vm()));
    return batch;
  }
}
