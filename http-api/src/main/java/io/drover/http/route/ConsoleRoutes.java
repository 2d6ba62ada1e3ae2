package io.drover.http.route;

import io.drover.actor.api.ConsoleView;
import io.drover.actor.api.ControlPlane;
import io.drover.config.units.VmId;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Endpoint;
import io.drover.http.stream.ConsoleFollower;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** {@code /v1/vms/{vm}/console}: bytes as the guest wrote them. */
public final class ConsoleRoutes {
  private final ControlPlane controlPlane;
  private final ConsoleFollower follower;

  public ConsoleRoutes(ControlPlane controlPlane, ConsoleFollower follower) {
    this.controlPlane = controlPlane;
    this.follower = follower;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/vms/{vm}/console", this::console, "fromOffset", "follow"));
  }

  private CompletionStage<HttpResponse> console(Call call) {
    VmId vm = call.id("vm", VmId::parse);
    long fromOffset = call.number("fromOffset", Long.MAX_VALUE).orElse(0);
    boolean follow = call.flag("follow");
    return controlPlane
        .console(vm, fromOffset, ConsoleFollower.PIECE_BYTES_LIMIT)
        .thenApply(piece -> follow ? stream(vm, piece) : piece(piece));
  }

  private static HttpResponse piece(ConsoleView piece) {
    return offsets(piece)
        .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, piece.text()));
  }

  private HttpResponse stream(VmId vm, ConsoleView first) {
    return offsets(first)
        .withEntity(
            HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8, follower.follow(vm, first)));
  }

  /** Where the first byte stands, and where to go on after the first piece. */
  private static HttpResponse offsets(ConsoleView piece) {
    long next = piece.startOffset() + piece.text().length;
    return HttpResponse.create()
        .addHeader(RawHeader.create("Drover-Console-Start", Long.toString(piece.startOffset())))
        .addHeader(RawHeader.create("Drover-Console-Next", Long.toString(next)));
  }
}
