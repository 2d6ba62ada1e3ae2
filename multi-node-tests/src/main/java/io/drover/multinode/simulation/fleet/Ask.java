package io.drover.multinode.simulation.fleet;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Waits for one answer on the asker's machine, so that answers travel as questions do. */
final class Ask {
  private record TimeIsUp() {}

  private Ask() {}

  @SuppressWarnings("unchecked")
  static <R> Behavior<R> behavior(CompletableFuture<R> answer, Duration limit) {
    return (Behavior<R>)
        Behaviors.<Object>setup(context -> {
          context.setReceiveTimeout(limit, new TimeIsUp());
          return Behaviors.receiveMessage(message -> {
            if (message instanceof TimeIsUp) {
              answer.completeExceptionally(new TimeoutException("no answer in " + limit));
            } else {
              answer.complete((R) message);
            }
            return Behaviors.stopped();
          });
        });
  }
}
