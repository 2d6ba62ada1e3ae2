package io.drover.node.board;

import io.drover.actor.InMemory;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Counts an entity for as long as it is in memory and there is what it stands for. */
public final class CountedEntity<C> extends BehaviorInterceptor<C, C> {
  private final InMemory place;

  private CountedEntity(Class<C> type, InMemory place) {
    super(type);
    this.place = place;
  }

  /** The entity, which says itself whether it counts, as long as it lives. */
  public static <C> Behavior<C> of(
      Class<C> type, InMemory place, Function<InMemory, Behavior<C>> entity) {
    return Behaviors.intercept(() -> new CountedEntity<>(type, place), entity.apply(place));
  }

  @Override
  public Behavior<C> aroundReceive(
      TypedActorContext<C> context, C message, ReceiveTarget<C> target) {
    return target.apply(context, message);
  }

  @Override
  public Behavior<C> aroundSignal(
      TypedActorContext<C> context, Signal signal, SignalTarget<C> target) {
    if (signal instanceof PostStop) {
      place.exists(false);
    }
    return target.apply(context, signal);
  }
}
