package io.drover.node.readside;

import io.drover.actor.api.FleetViews.Page;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What is not in the journal: heartbeats, guests' reports. */
final class AsOfNow {
  /** How long a list waits for it. */
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private AsOfNow() {}

  /**
   * A page with what its entities say. Whoever does not answer in time is shown as the journal has
   * it.
   */
  static <V> CompletionStage<Page<V>> page(Page<V> journaled, Function<V, CompletionStage<V>> ask) {
    List<CompletableFuture<V>> items =
        journaled.items().stream()
            .map(item ->
                ask.apply(item)
                    .toCompletableFuture()
                    .completeOnTimeout(item, LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(_ -> item))
            .toList();
    return CompletableFuture.allOf(items.toArray(CompletableFuture[]::new))
        .thenApply(_ ->
            new Page<>(items.stream().map(CompletableFuture::join).toList(), journaled.next()));
  }
}
