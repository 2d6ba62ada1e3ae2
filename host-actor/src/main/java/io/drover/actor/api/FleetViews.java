package io.drover.actor.api;

import io.drover.config.units.AreaId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Lists and the event stream, from the read side: up to about a second behind the entities. Never
 * blocks the caller.
 */
public interface FleetViews {
  CompletionStage<Page<AreaView>> areas(PageRequest page);

  CompletionStage<Page<HostView>> hosts(Optional<AreaId> area, PageRequest page);

  CompletionStage<Page<VmView>> vms(VmFilter filter, PageRequest page);

  CompletionStage<Page<MigrationView>> migrations(
      Optional<String> vm, boolean activeOnly, PageRequest page);

  CompletionStage<Page<ImageView>> images(PageRequest page);

  CompletionStage<Optional<ImageView>> image(String name);

  CompletionStage<Page<OperationView>> operations(PageRequest page);

  /** Events with a sequence above {@code after}, oldest first, at most {@code limit}. */
  CompletionStage<List<FleetEvent>> eventsAfter(long after, int limit);

  /** The highest sequence that {@link #eventsAfter} would return now; 0 when there is no event. */
  CompletionStage<Long> lastEventSequence();

  /** Which VMs to list; empty = any. */
  record VmFilter(Optional<AreaId> area, Optional<String> host, Optional<String> phase) {}

  /**
   * A page of a list.
   *
   * @param cursor where the previous page ended: its {@code next}
   * @param limit 1 to 500
   */
  record PageRequest(Optional<String> cursor, int limit) {
    public static final int LIMIT = 500;
  }

  /**
   * Part of a list, ordered by id.
   *
   * @param next empty on the last page
   */
  record Page<T>(List<T> items, Optional<String> next) {
    public Page {
      items = List.copyOf(items);
    }
  }
}
