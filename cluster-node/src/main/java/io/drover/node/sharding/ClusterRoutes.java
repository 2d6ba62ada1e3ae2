package io.drover.node.sharding;

import io.drover.actor.Routes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Routes by cluster sharding, whose regions must have been started. */
public final class ClusterRoutes implements Routes {
  private final ClusterSharding sharding;
  private final Duration answerLimit;
  private final Observer observer;

  /**
   * Routes of this node.
   *
   * @param answerLimit after it an ask fails and its outcome is unknown
   */
  public ClusterRoutes(ActorSystem<?> system, Duration answerLimit, Observer observer) {
    this.sharding = ClusterSharding.get(system);
    this.answerLimit = answerLimit;
    this.observer = observer;
  }

  /** Told of every command. Called on any thread; must not block. */
  public interface Observer {
    void told(String entity, String command);

    /** The answer came, or the time was up. */
    void answered(String entity, String command, Duration took, boolean answered);
  }

  @Override
  public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
    observer.told(type.name(), command.getClass().getSimpleName());
    sharding.entityRefFor(type, entityId).tell(command);
  }

  @Override
  public <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
    long startNs = System.nanoTime();
    AtomicReference<String> name = new AtomicReference<>("");
    CompletionStage<R> answer =
        sharding
            .entityRefFor(type, entityId)
            .ask(
                replyTo -> {
                  C made = command.apply(replyTo);
                  name.set(made.getClass().getSimpleName());
                  return made;
                },
                answerLimit);
    return answer.whenComplete((_, failure) ->
        observer.answered(
            type.name(),
            String.valueOf(name.get()),
            Duration.ofNanos(System.nanoTime() - startNs),
            failure == null));
  }
}
