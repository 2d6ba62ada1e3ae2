package io.drover.multinode.simulation.fleet;

import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.ImageStore;
import io.drover.config.units.VmId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Nobody uploads images here. */
final class NoImages implements ImageStore {
  @Override
  public CompletionStage<Upload> begin(NewImage image) {
    return CompletableFuture.failedStage(new UnsupportedOperationException(image.toString()));
  }

  @Override
  public CompletionStage<List<StoredImage>> all() {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public CompletionStage<Optional<StoredImage>> named(String name) {
    return CompletableFuture.completedStage(Optional.empty());
  }

  @Override
  public CompletionStage<Optional<StoredImage>> withDigest(String sha256) {
    return CompletableFuture.completedStage(Optional.empty());
  }

  @Override
  public CompletionStage<byte[]> piece(StoredImage image, int index) {
    return CompletableFuture.failedStage(new UnsupportedOperationException(image.toString()));
  }

  @Override
  public CompletionStage<Optional<ImagePin>> pin(String name, VmId vm) {
    return CompletableFuture.completedStage(Optional.empty());
  }

  @Override
  public CompletionStage<Void> unpin(String name, VmId vm) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<List<Use>> users(String name) {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public CompletionStage<Boolean> delete(
      String name, List<VmId> gone, Optional<String> idempotencyKey) {
    return CompletableFuture.completedStage(false);
  }

  @Override
  public CompletionStage<Optional<String>> deletedUnder(String idempotencyKey) {
    return CompletableFuture.completedStage(Optional.empty());
  }
}
