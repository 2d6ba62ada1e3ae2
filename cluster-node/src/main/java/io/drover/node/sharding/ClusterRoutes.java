package io.drover.node.sharding;

import io.drover.actor.Routes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Routes by cluster sharding, whose regions must have been started. */
public final class ClusterRoutes implements Routes {
  /** Longer than the cells of a dead node take to move. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  private final ClusterSharding sharding;

  public ClusterRoutes(ActorSystem<?> system) {
    this.sharding = ClusterSharding.get(system);
  }

  @Override
  public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
    sharding.entityRefFor(type, entityId).tell(command);
  }

  @Override
  public <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
    return sharding.entityRefFor(type, entityId).ask(command::apply, ANSWER_LIMIT);
  }
}
