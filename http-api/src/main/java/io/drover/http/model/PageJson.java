package io.drover.http.model;

import io.drover.actor.api.FleetViews.Page;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A page of a list.
 *
 * @param next the {@code cursor} of the next page; absent on the last one
 */
public record PageJson<T>(List<T> items, Optional<String> next) {
  public static <V, T> PageJson<T> from(Page<V> page, Function<V, T> toJson) {
    return new PageJson<>(page.items().stream().map(toJson).toList(), page.next());
  }
}
