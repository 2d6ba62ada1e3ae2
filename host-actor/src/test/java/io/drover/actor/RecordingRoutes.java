package io.drover.actor;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Keeps what is sent; nobody answers. */
public final class RecordingRoutes implements Routes {
  /** One message on its way. */
  public record Sent(String entityId, Object command) {}

  private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();

  @Override
  public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
    sent.add(new Sent(entityId, (Object) command));
  }

  @Override
  public <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
    throw new AssertionError("entities do not ask");
  }

  /** Everything, oldest first. */
  public List<Sent> all() {
    return List.copyOf(sent);
  }

  public void clear() {
    sent.clear();
  }

  /** Every command of this type, oldest first. */
  public <T> List<T> commands(Class<T> type) {
    return sent.stream().map(Sent::command).filter(type::isInstance).map(type::cast).toList();
  }
}
