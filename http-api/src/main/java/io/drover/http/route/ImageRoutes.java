package io.drover.http.route;

import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.ImageStore.Completed;
import io.drover.actor.api.ImageStore.NewImage;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.actor.api.ImageView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.http.exchange.Call;
import io.drover.http.exchange.Digests;
import io.drover.http.exchange.Endpoint;
import io.drover.http.exchange.Reply;
import io.drover.http.model.ImageJson;
import io.drover.http.model.NothingJson;
import io.drover.http.model.PageJson;
import io.drover.http.problem.ProblemException;
import io.drover.http.stream.ImageReceiver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** {@code /v1/images}. */
public final class ImageRoutes {
  private static final int NAME_LENGTH_LIMIT = 255;

  private final ControlPlane controlPlane;
  private final FleetViews views;
  private final ImageStore store;
  private final ImageReceiver receiver;

  public ImageRoutes(
      ControlPlane controlPlane, FleetViews views, ImageStore store, ImageReceiver receiver) {
    this.controlPlane = controlPlane;
    this.views = views;
    this.store = store;
    this.receiver = receiver;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/images", this::list, "limit", "cursor"),
        Endpoint.upload("/v1/images", this::upload, "name", "sizeBytes"),
        Endpoint.get("/v1/images/{image}", this::show),
        Endpoint.get("/v1/images/{image}/content", this::content),
        Endpoint.delete("/v1/images/{image}", this::delete));
  }

  /** What hosts bring may be called anything that an upload may not. */
  private static String name(String text) {
    if (text.isBlank() || text.length() > NAME_LENGTH_LIMIT) {
      throw new IllegalArgumentException(
          "an image's name has 1 to " + NAME_LENGTH_LIMIT + " characters");
    }
    return text;
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return views
        .images(call.page(ImageRoutes::name))
        .thenApply(page -> Reply.ok(PageJson.from(page, ImageJson::from)));
  }

  private CompletionStage<HttpResponse> show(Call call) {
    String name = call.id("image", text -> text);
    return view(name).thenApply(image -> withEtag(Reply.ok(ImageJson.from(image)), image.sha256()));
  }

  private CompletionStage<ImageView> view(String name) {
    return views
        .image(name)
        .thenApply(image ->
            image.orElseThrow(() ->
                new RefusedException(
                    Refusal.of(Refusal.Kind.NOT_FOUND, "there is no image \"" + name + "\""))));
  }

  private CompletionStage<HttpResponse> upload(Call call) {
    CompletionStage<ImageStore.Upload> begun;
    try {
      NewImage announced = announced(call);
      begun =
          mustNotBeBrought(
                  announced.name(), "hosts bring an image \"%s\" of their own, which it would hide")
              .thenCompose(_ -> store.begin(announced));
    } catch (ProblemException e) {
      begun = CompletableFuture.failedStage(e);
    }
    return begun
        .whenComplete((_, refused) -> {
          if (refused != null && call.header("Expect").isEmpty()) { // else it waits for the answer
            receiver.discard(call.data());
          }
        })
        .thenCompose(upload -> receiver.receive(call.data(), call.dataLength(), upload))
        .thenCompose(this::stored);
  }

  private static NewImage announced(Call call) {
    String name =
        call.query("name")
            .orElseThrow(
                () -> ProblemException.invalid("name", "the query parameter name is missing"));
    OptionalLong size = call.number("sizeBytes", Long.MAX_VALUE);
    return new NewImage(
        name, size.isPresent() ? size : call.dataLength(), Digests.of(call), call.idempotencyKey());
  }

  private CompletionStage<Void> mustNotBeBrought(String name, String detail) {
    return views
        .image(name)
        .thenAccept(image -> {
          if (image.filter(known -> known.uploaded().isEmpty()).isPresent()) {
            throw new RefusedException(
                new Refusal(
                    Refusal.Kind.CONFLICT,
                    detail.formatted(name),
                    Map.of("image", name, "hosts", Integer.toString(image.get().hosts().size())),
                    List.of()));
          }
        });
  }

  private CompletionStage<HttpResponse> stored(Completed completed) {
    StoredImage image = completed.image();
    return view(image.name())
        .thenApply(view -> {
          ImageJson json = ImageJson.from(view);
          HttpResponse answer =
              completed.isNew()
                  ? Reply.created("/v1/images/" + image.name(), json)
                  : Reply.ok(json)
                      .addHeader(RawHeader.create("Location", "/v1/images/" + image.name()));
          return withEtag(answer, image.sha256());
        });
  }

  private CompletionStage<HttpResponse> content(Call call) {
    String name = call.id("image", text -> text);
    return store
        .named(name)
        .thenApply(found -> {
          StoredImage image =
              found.orElseThrow(() ->
                  new RefusedException(
                      Refusal.of(
                          Refusal.Kind.NOT_FOUND,
                          "no image \"%s\" came through the API".formatted(name))));
          Source<ByteString, ?> bytes =
              Source.range(0, image.pieces() - 1)
                  .mapAsync(1, index -> store.piece(image, index))
                  .map(ByteString::fromArrayUnsafe);
          HttpResponse answer =
              HttpResponse.create()
                  .withEntity(
                      HttpEntities.create(
                          ContentTypes.APPLICATION_OCTET_STREAM, image.size().bytes(), bytes))
                  .addHeader(RawHeader.create("Content-Digest", Digests.field(image.sha256())));
          return withEtag(answer, image.sha256());
        });
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    String name = call.id("image", text -> text);
    call.body(NothingJson.class, NothingJson.NOTHING);
    Optional<String> key = call.idempotencyKey();
    return mustNotBeBrought(
            name, "image \"%s\" comes with the hosts' agents; only they can drop it")
        .thenCompose(_ -> controlPlane.deleteImage(name, key))
        .thenApply(_ -> Reply.noContent());
  }

  /** An image never changes: its digest says all about its version. */
  private static HttpResponse withEtag(HttpResponse response, String sha256) {
    return response.addHeader(RawHeader.create("ETag", "\"" + sha256 + "\""));
  }
}
