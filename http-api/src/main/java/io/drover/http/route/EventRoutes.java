package io.drover.http.route;

import io.drover.actor.api.FleetViews;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.EventJson;
import io.drover.http.model.EventJson.EventPageJson;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import io.drover.http.stream.EventFeed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * {@code /v1/events}: a stream for clients that accept {@code text/event-stream}, else a page of
 * what is stored.
 */
public final class EventRoutes {
  private static final String LAST_EVENT_ID = "Last-Event-ID";
  private static final String AFTER = "after";
  private static final ContentType EVENT_STREAM = ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM);

  private final FleetViews views;
  private final EventFeed feed;

  public EventRoutes(FleetViews views, EventFeed feed) {
    this.views = views;
    this.feed = feed;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/events", this::events, AFTER, "last", "limit"));
  }

  private CompletionStage<HttpResponse> events(Call call) {
    return call.accepts("text/event-stream") ? stream(call) : page(call);
  }

  private CompletionStage<HttpResponse> stream(Call call) {
    Optional<String> lastEventId = call.header(LAST_EVENT_ID);
    OptionalLong after =
        lastEventId.isPresent()
            ? OptionalLong.of(Call.number(LAST_EVENT_ID, lastEventId.get(), Long.MAX_VALUE))
            : call.number(AFTER, Long.MAX_VALUE);
    CompletionStage<Void> checked =
        after.isEmpty()
            ? CompletableFuture.completedStage(null)
            : mustHaveHappened(lastEventId.isPresent() ? LAST_EVENT_ID : AFTER, after.getAsLong());
    return checked.thenApply(_ -> stream(after));
  }

  /** Who waits behind the newest event (of another fleet, of a lost database) hears nothing. */
  private CompletionStage<Void> mustHaveHappened(String field, long sequence) {
    return views
        .lastEventSequence()
        .thenAccept(newest -> {
          if (sequence > newest) {
            throw new ProblemException(
                ProblemType.INVALID_REQUEST,
                "%s is %d, but the newest event is %d".formatted(field, sequence, newest),
                Map.of(
                    "field",
                    field,
                    "value",
                    Long.toString(sequence),
                    "newest",
                    Long.toString(newest)));
          }
        });
  }

  private HttpResponse stream(OptionalLong after) {
    return HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(HttpEntities.createChunked(EVENT_STREAM, feed.follow(after)));
  }

  private CompletionStage<HttpResponse> page(Call call) {
    int limit = call.limit();
    OptionalLong last = call.number("last", Long.MAX_VALUE);
    if (last.isEmpty()) {
      long after = call.number(AFTER, Long.MAX_VALUE).orElse(0);
      return mustHaveHappened(AFTER, after).thenCompose(_ -> page(after, limit));
    }
    return views
        .lastEventSequence()
        .thenCompose(head -> page(Math.max(0, head - last.getAsLong()), limit));
  }

  private CompletionStage<HttpResponse> page(long after, int limit) {
    return views
        .eventsAfter(after, limit)
        .thenApply(events ->
            Reply.ok(
                new EventPageJson(
                    events.stream().map(EventJson::from).toList(),
                    events.isEmpty() ? after : events.getLast().sequence())));
  }
}
