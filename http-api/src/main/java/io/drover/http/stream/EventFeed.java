package io.drover.http.stream;

import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.FleetViews;
import io.drover.http.model.EventJson;
import io.drover.http.model.Json;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The event stream of one node: one poller however many clients listen. Each client reads what it
 * missed from the read side, then follows the poller's recent events; a client that is too slow for
 * these falls back to the read side by itself and holds up nobody.
 */
public final class EventFeed {
  /** Each one costs a connection and about 10 KiB. */
  public static final int SUBSCRIBER_LIMIT = 10_000;

  private static final int BATCH_LIMIT = 500;
  private static final ByteString HEARTBEAT = ByteString.fromString(": heartbeat\n\n");
  private static final long FROM_NOW = -1;

  private final FleetViews views;
  private final RecentEvents recent;
  private final AtomicInteger subscribers = new AtomicInteger();

  /**
   * @param pollInterval how far behind the read side a client may be
   * @param heartbeatInterval after this long without an event clients get a comment, so that dead
   *     connections are found and live ones are not taken for dead
   */
  public EventFeed(
      ActorSystem<?> system, FleetViews views, Duration pollInterval, Duration heartbeatInterval) {
    this.views = views;
    this.recent =
        new RecentEvents(
            system, views, pollInterval, heartbeatInterval, () -> subscribers.get() > 0);
  }

  /**
   * Server-sent events after a sequence, without end.
   *
   * @param after the last event the client has; empty = from now on
   */
  public Source<ByteString, NotUsed> follow(OptionalLong after) {
    if (subscribers.get() >= SUBSCRIBER_LIMIT) {
      throw new ProblemException(
          ProblemType.UNAVAILABLE,
          "this node serves " + SUBSCRIBER_LIMIT + " event streams already; try another one",
          Map.of("limit", Integer.toString(SUBSCRIBER_LIMIT)));
    }
    return Source.lazySource(() -> subscribed(after))
        .mapMaterializedValue(_ -> NotUsed.getInstance());
  }

  /** How many clients listen. */
  public int subscribers() {
    return subscribers.get();
  }

  private Source<ByteString, NotUsed> subscribed(OptionalLong after) {
    subscribers.incrementAndGet();
    recent.ensurePolling();
    return Source.single(ByteString.fromString("retry: 1000\n\n"))
        .concat(Source.unfoldAsync(after.orElse(FROM_NOW), this::next))
        .watchTermination((_, done) -> {
          done.whenComplete((_, _) -> subscribers.decrementAndGet());
          return NotUsed.getInstance();
        });
  }

  private CompletionStage<Optional<Pair<Long, ByteString>>> next(long position) {
    if (position == FROM_NOW) {
      return views.lastEventSequence().thenApply(last -> Optional.of(Pair.create(last, HEARTBEAT)));
    }
    return recent
        .awaitAfter(position, () -> views.eventsAfter(position, BATCH_LIMIT))
        .thenApply(events ->
            Optional.of(
                events.isEmpty()
                    ? Pair.create(position, HEARTBEAT)
                    : Pair.create(events.getLast().sequence(), render(events))));
  }

  private static ByteString render(List<FleetEvent> events) {
    ByteString text = ByteString.emptyByteString();
    for (FleetEvent event : events) {
      text =
          text.concat(
                  ByteString.fromString(
                      "id: %d\nevent: %s\ndata: ".formatted(event.sequence(), event.type())))
              .concat(ByteString.fromArrayUnsafe(Json.write(EventJson.from(event))))
              .concat(ByteString.fromString("\n\n"));
    }
    return text;
  }
}
