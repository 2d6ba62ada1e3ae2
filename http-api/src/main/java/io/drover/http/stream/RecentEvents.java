package io.drover.http.stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.FleetViews;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last events of the read side and the one poller that fetches them. It polls only while
 * somebody listens. Safe on any thread; the lock is held for memory operations only.
 */
final class RecentEvents {
  private static final Logger LOG = LoggerFactory.getLogger(RecentEvents.class);
  private static final int KEPT_LIMIT = 4_096;
  private static final int BATCH_LIMIT = 500;
  private static final long UNKNOWN = -1;

  private final ActorSystem<?> system;
  private final FleetViews views;
  private final Duration pollInterval;
  private final int pollsPerHeartbeat;
  private final BooleanSupplier wanted;
  private final Object lock = new Object();

  /** Every event with a sequence in {@code (keptAfter, head]}. */
  @GuardedBy("lock")
  private final ArrayDeque<FleetEvent> kept = new ArrayDeque<>();

  @GuardedBy("lock")
  private long keptAfter = UNKNOWN;

  @GuardedBy("lock")
  private long head = UNKNOWN;

  @GuardedBy("lock")
  private boolean polling;

  @GuardedBy("lock")
  private int quietPolls;

  @GuardedBy("lock")
  private boolean failing;

  /** Completes with the next batch, or as a heartbeat. */
  @GuardedBy("lock")
  private CompletableFuture<Void> wakeUp = new CompletableFuture<>();

  RecentEvents(
      ActorSystem<?> system,
      FleetViews views,
      Duration pollInterval,
      Duration heartbeatInterval,
      BooleanSupplier wanted) {
    this.system = system;
    this.views = views;
    this.pollInterval = pollInterval;
    this.pollsPerHeartbeat =
        Math.toIntExact(Math.max(1, heartbeatInterval.dividedBy(pollInterval)));
    this.wanted = wanted;
  }

  void ensurePolling() {
    synchronized (lock) {
      if (polling) {
        return;
      }
      polling = true;
      head = UNKNOWN; // what happened while nobody listened is read from the views
      keptAfter = UNKNOWN;
      kept.clear();
    }
    poll();
  }

  /**
   * Events above {@code position}, as soon as there are any; none as a heartbeat.
   *
   * @param older reads those that are not kept here any more
   */
  CompletionStage<List<FleetEvent>> awaitAfter(
      long position, Supplier<CompletionStage<List<FleetEvent>>> older) {
    CompletableFuture<Void> next;
    boolean keptHere;
    synchronized (lock) {
      next = wakeUp; // taken before looking: what comes in between is not missed
      keptHere = isKept(position);
      List<FleetEvent> events = after(position);
      if (keptHere && !events.isEmpty()) {
        return CompletableFuture.completedStage(events);
      }
    }
    if (keptHere) {
      return next.thenApply(_ -> keptAfter(position));
    }
    return older
        .get()
        .thenCompose(events ->
            events.isEmpty()
                ? next.thenApply(_ -> keptAfter(position))
                : CompletableFuture.completedStage(events));
  }

  private List<FleetEvent> keptAfter(long position) {
    synchronized (lock) {
      return isKept(position) ? after(position) : List.of();
    }
  }

  @GuardedBy("lock")
  private boolean isKept(long position) {
    return head != UNKNOWN && position >= keptAfter;
  }

  @GuardedBy("lock")
  private List<FleetEvent> after(long position) {
    List<FleetEvent> events = new ArrayList<>();
    var newestFirst = kept.descendingIterator();
    while (newestFirst.hasNext() && events.size() < KEPT_LIMIT) {
      FleetEvent event = newestFirst.next();
      if (event.sequence() <= position) {
        break;
      }
      events.add(event);
    }
    return events.reversed();
  }

  private void poll() {
    long from;
    synchronized (lock) {
      from = head;
    }
    CompletionStage<List<FleetEvent>> batch;
    try {
      batch =
          from == UNKNOWN
              ? views.lastEventSequence().thenApply(this::begin)
              : views.eventsAfter(from, BATCH_LIMIT);
    } catch (RuntimeException e) {
      batch = CompletableFuture.failedStage(e);
    }
    batch.whenComplete(this::polled);
  }

  private List<FleetEvent> begin(long last) {
    synchronized (lock) {
      head = last;
      keptAfter = last;
    }
    return List.of();
  }

  private void polled(@Nullable List<FleetEvent> batch, @Nullable Throwable failure) {
    List<FleetEvent> events = batch == null ? List.of() : batch;
    CompletableFuture<Void> wake = keep(events);
    note(failure);
    if (wake != null) {
      wake.complete(null);
    }
    synchronized (lock) {
      if (!wanted.getAsBoolean()) {
        polling = false;
        return;
      }
    }
    Duration pause = events.size() < BATCH_LIMIT ? pollInterval : Duration.ZERO;
    system.scheduler().scheduleOnce(pause, this::poll, system.executionContext());
  }

  private @Nullable CompletableFuture<Void> keep(List<FleetEvent> events) {
    synchronized (lock) {
      for (FleetEvent event : events) {
        kept.addLast(event);
        head = event.sequence();
        if (kept.size() > KEPT_LIMIT) {
          keptAfter = kept.removeFirst().sequence();
        }
      }
      quietPolls = events.isEmpty() ? quietPolls + 1 : 0;
      if (events.isEmpty() && quietPolls < pollsPerHeartbeat) {
        return null;
      }
      quietPolls = 0;
      CompletableFuture<Void> wake = wakeUp;
      wakeUp = new CompletableFuture<>();
      return wake;
    }
  }

  /** One line when the read side fails and one when it is back, however many polls between. */
  private void note(@Nullable Throwable failure) {
    boolean changed;
    synchronized (lock) {
      changed = failing != (failure != null);
      failing = failure != null;
    }
    if (changed && failure != null) {
      LOG.atError().setCause(failure).log("event poll failed; going on");
    } else if (changed) {
      LOG.atInfo().log("event poll works again");
    }
  }
}
