package io.drover.http.route;

import io.drover.actor.api.FleetViews;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.EventJson;
import io.drover.http.model.EventJson.EventPageJson;
import io.drover.http.stream.EventFeed;
import java.util.List;
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
  private static final ContentType EVENT_STREAM = ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM);

  private final FleetViews views;
  private final EventFeed feed;

  public EventRoutes(FleetViews views, EventFeed feed) {
    this.views = views;
    this.feed = feed;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/events", this::events, "after", "last", "limit"));
  }

  private CompletionStage<HttpResponse> events(Call call) {
    return call.accepts("text/event-stream")
        ? CompletableFuture.completedStage(stream(call))
        : page(call);
  }

  private HttpResponse stream(Call call) {
    Optional<String> lastEventId = call.header("Last-Event-ID");
    OptionalLong after =
        lastEventId.isPresent()
            ? OptionalLong.of(Call.number("Last-Event-ID", lastEventId.get(), Long.MAX_VALUE))
            : call.number("after", Long.MAX_VALUE);
    return HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(HttpEntities.createChunked(EVENT_STREAM, feed.follow(after)));
  }

  private CompletionStage<HttpResponse> page(Call call) {
    int limit = call.page().limit();
    OptionalLong last = call.number("last", Long.MAX_VALUE);
    if (last.isEmpty()) {
      return page(call.number("after", Long.MAX_VALUE).orElse(0), limit);
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
