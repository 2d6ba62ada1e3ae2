package io.drover.actor;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * Reaches an entity by its id, wherever it runs. At most once: whoever needs an answer repeats
 * itself. Never blocks; safe on any thread.
 */
public interface Routes {
  /** Sends and forgets. */
  <C> void tell(EntityTypeKey<C> type, String entityId, C command);

  /**
   * Sends, and completes with the answer, or with a {@code TimeoutException}: then nobody knows
   * whether it was done. Not for use inside an entity.
   */
  <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command);
}
