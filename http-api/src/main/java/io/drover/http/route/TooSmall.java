package io.drover.http.route;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.ImageView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.units.ByteSize;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Adds to the refusal of a VM that is too small for its image, for programs, what the hosts'
 * reasons say for people: how much the image needs.
 */
record TooSmall(FleetViews views) {
  /** Fails with the same refusal, or any other failure as it is. */
  <T> CompletionStage<T> explain(NewVm request, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (!(cause instanceof RefusedException refused)
        || refused.refusal().kind() != Refusal.Kind.NO_CAPACITY
        || !refused.refusal().facts().isEmpty()) {
      return CompletableFuture.failedStage(failure);
    }
    return views
        .image(request.spec().image())
        .exceptionally(_ -> Optional.empty()) // the refusal stands, whether it can be explained
        .thenCompose(image ->
            CompletableFuture.failedStage(
                image
                    .map(known -> explained(refused.refusal(), request.spec(), known))
                    .orElse(refused)));
  }

  private static RefusedException explained(Refusal refusal, GuestSpec spec, ImageView image) {
    ByteSize asked = spec.resources().memory();
    Map<String, String> facts =
        image.minMemory().compareTo(asked) <= 0
            ? Map.of()
            : Map.of(
                "image",
                image.name(),
                "limit",
                "memoryBytes",
                "value",
                Long.toString(asked.bytes()),
                "least",
                Long.toString(image.minMemory().bytes()));
    return new RefusedException(
        new Refusal(refusal.kind(), refusal.detail(), facts, refusal.hosts()));
  }
}
