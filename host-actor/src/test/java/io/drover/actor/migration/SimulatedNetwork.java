package io.drover.actor.migration;

import io.drover.actor.Routes;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Messages between entities: late, twice, or never, as the faults say. */
final class SimulatedNetwork implements Routes {
  private static final Duration FAST = Duration.ofMillis(1);

  private final Simulation simulation;
  Faults faults;

  /** Messages that are lost, besides those lost by chance. */
  Predicate<Object> loses = _ -> false;

  private BiConsumer<String, Object> receiver = (_, _) -> {};

  /**
   * What goes wrong.
   *
   * @param loss probability that a message is lost
   * @param repeat that it comes twice
   * @param delay at most
   */
  record Faults(double loss, double repeat, Duration delay) {
    static final Faults NONE = new Faults(0, 0, FAST);
  }

  SimulatedNetwork(Simulation simulation, Faults faults) {
    this.simulation = simulation;
    this.faults = faults;
  }

  void deliverTo(BiConsumer<String, Object> entityAndCommand) {
    receiver = entityAndCommand;
  }

  @Override
  public <C> void tell(EntityTypeKey<C> type, String entityId, C command) {
    send(command, () -> receiver.accept(entityId, command));
  }

  void send(Object message, Runnable arrival) {
    if (loses.test(message)) {
      return;
    }
    if (!simulation.chance(faults.loss)) {
      simulation.after(simulation.between(FAST, faults.delay), arrival);
    }
    if (simulation.chance(faults.repeat)) {
      simulation.after(simulation.between(FAST, faults.delay.multipliedBy(3)), arrival);
    }
  }

  @Override
  public <C, R> CompletionStage<R> ask(
      EntityTypeKey<C> type, String entityId, Function<ActorRef<R>, C> command) {
    throw new UnsupportedOperationException("entities do not ask");
  }
}
