package io.drover.http.route;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetViews;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.MigrationJson;
import io.drover.http.model.NothingJson;
import io.drover.http.model.PageJson;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/migrations}. */
public final class MigrationRoutes {
  private final ControlPlane controlPlane;
  private final FleetViews views;

  public MigrationRoutes(ControlPlane controlPlane, FleetViews views) {
    this.controlPlane = controlPlane;
    this.views = views;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/migrations", this::list, "vm", "active", "limit", "cursor"),
        Endpoint.get("/v1/migrations/{migration}", this::show),
        Endpoint.post("/v1/migrations/{migration}:cancel", this::cancel));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return views
        .migrations(
            call.query("vm", VmId::parse).map(VmId::text),
            call.flag("active"),
            call.page(MigrationId::parse))
        .thenApply(page -> Reply.ok(PageJson.from(page, MigrationJson::from)));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return controlPlane
        .migration(call.id("migration", MigrationId::parse))
        .thenApply(migration ->
            Reply.withEtag(Reply.ok(MigrationJson.from(migration)), migration.version()));
  }

  private CompletionStage<HttpResponse> cancel(Call call) {
    MigrationId id = call.id("migration", MigrationId::parse);
    call.body(NothingJson.class, NothingJson.NOTHING);
    return controlPlane
        .cancelMigration(id, call.terms())
        .thenApply(
            migration -> Reply.accepted(migration.id().text(), MigrationJson.from(migration)));
  }
}
