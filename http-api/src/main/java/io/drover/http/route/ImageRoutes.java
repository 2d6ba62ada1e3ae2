package io.drover.http.route;

import io.drover.actor.api.FleetViews;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.ImageJson;
import io.drover.http.model.PageJson;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/images}. */
public final class ImageRoutes {
  private final FleetViews views;

  public ImageRoutes(FleetViews views) {
    this.views = views;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/images", this::list, "limit", "cursor"));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return views
        .images(call.page())
        .thenApply(page -> Reply.ok(PageJson.from(page, ImageJson::from)));
  }
}
