package io.drover.node.board;

import io.drover.config.units.CellId;
import io.drover.node.board.NodeCensus.Kind;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Counts an entity for as long as it is in memory. */
public final class CountedEntity<C> extends BehaviorInterceptor<C, C> {
  private final NodeCensus census;
  private final Kind kind;
  private final CellId cell;

  private CountedEntity(Class<C> type, NodeCensus census, Kind kind, CellId cell) {
    super(type);
    this.census = census;
    this.kind = kind;
    this.cell = cell;
  }

  /** The same entity, counted. */
  public static <C> Behavior<C> of(
      Class<C> type, Behavior<C> entity, NodeCensus census, Kind kind, CellId cell) {
    return Behaviors.intercept(() -> new CountedEntity<>(type, census, kind, cell), entity);
  }

  @Override
  public Behavior<C> aroundStart(TypedActorContext<C> context, PreStartTarget<C> target) {
    census.started(kind, cell);
    return target.start(context);
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
      census.stopped(kind, cell);
    }
    return target.apply(context, signal);
  }
}
