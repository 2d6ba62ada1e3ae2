package io.drover.actor.routing;

import io.drover.actor.Routes;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.ImageStore.Use;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Deletes images: only the VMs themselves know whether they still are. */
final class ImageCalls {
  /** A VM that is not there by then never will be: longer than any create takes. */
  private static final Duration CREATE_LIMIT = Duration.ofMinutes(1);

  /** VMs named in one refusal; a person reads no more. */
  private static final int NAMED_LIMIT = 100;

  private final Routes routes;
  private final ImageStore images;
  private final InstantSource clock;

  ImageCalls(Routes routes, ImageStore images, InstantSource clock) {
    this.routes = routes;
    this.images = images;
    this.clock = clock;
  }

  CompletionStage<Void> delete(String name, Optional<String> key) {
    return key.map(images::deletedUnder)
        .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()))
        .thenCompose(earlier -> {
          if (earlier.isEmpty()) {
            return images.named(name).thenCompose(_ -> deleteNow(name, key));
          }
          return earlier.get().equals(name)
              ? CompletableFuture.completedStage(null)
              : Calls.refused(
                  Refusal.Kind.IDEMPOTENCY_MISMATCH,
                  "this Idempotency-Key deleted image \"%s\" before".formatted(earlier.get()));
        });
  }

  private CompletionStage<Void> deleteNow(String name, Optional<String> key) {
    return images
        .users(name)
        .thenCompose(this::gone)
        .thenCompose(gone -> images.delete(name, gone, key))
        .thenCompose(deleted -> deleted ? CompletableFuture.completedStage(null) : refuse(name));
  }

  /** Those that are deleted, or were never created. */
  private CompletionStage<List<VmId>> gone(List<Use> uses) {
    List<CompletableFuture<Optional<VmId>>> answers = new ArrayList<>();
    for (Use use : uses) {
      answers.add(
          VmAnswers.look(routes, use.vm())
              .handle((vm, failure) -> isGone(use, Optional.ofNullable(vm), failure))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(_ ->
            answers.stream()
                .map(CompletableFuture::join)
                .flatMap(Optional::stream)
                .collect(Collectors.toList()));
  }

  private Optional<VmId> isGone(Use use, Optional<VmView> vm, @Nullable Throwable failure) {
    Instant newest = clock.instant().minus(CREATE_LIMIT);
    return vm.isEmpty() && Calls.isNotFound(failure) && use.since().isBefore(newest)
        ? Optional.of(use.vm())
        : Optional.empty();
  }

  private CompletionStage<Void> refuse(String name) {
    return images
        .users(name)
        .thenCompose(uses ->
            uses.isEmpty()
                ? Calls.refused(Refusal.Kind.NOT_FOUND, "no image \"%s\"".formatted(name))
                : Calls.refused(
                    new Refusal(
                        Refusal.Kind.CONFLICT,
                        "image \"%s\" is used by %d %s"
                            .formatted(name, uses.size(), uses.size() == 1 ? "VM" : "VMs"),
                        Map.of(
                            "vms",
                            uses.stream()
                                .limit(NAMED_LIMIT)
                                .map(use -> use.vm().text())
                                .sorted()
                                .collect(Collectors.joining(", "))),
                        List.of())));
  }
}
