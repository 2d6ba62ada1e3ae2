package io.drover.multinode.simulation.engine;

import com.typesafe.config.Config;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorCell;
import org.apache.pekko.dispatch.Dispatcher;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.ExecutorServiceFactoryProvider;
import org.apache.pekko.dispatch.MessageDispatcher;
import org.apache.pekko.dispatch.MessageDispatcherConfigurator;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Runs actors on a {@link Loop}, one message at a time, and hands each message that goes from one
 * machine to another to the network: also answers, which go by actor reference.
 */
public final class LoopDispatcher extends Dispatcher {
  private final World world;

  private LoopDispatcher(Configurator configurator, World world) {
    super(
        configurator,
        "loop",
        1,
        Duration.Zero(),
        executors(world),
        FiniteDuration.apply(1, TimeUnit.SECONDS));
    this.world = world;
  }

  private static ExecutorServiceFactoryProvider executors(World world) {
    return (_, _) -> () -> new ActorExecutor(world);
  }

  @Override
  public void dispatch(ActorCell receiver, Envelope message) {
    if (world.isLocal(receiver)) {
      super.dispatch(receiver, message);
    } else {
      world.send(receiver, message.message(), () -> super.dispatch(receiver, message));
    }
  }

  /** Made by Pekko, for each dispatcher of the configuration. */
  public static final class Configurator extends MessageDispatcherConfigurator {
    private final LoopDispatcher dispatcher;

    /** As Pekko calls it. */
    public Configurator(Config config, DispatcherPrerequisites prerequisites) {
      super(config, prerequisites);
      dispatcher = new LoopDispatcher(this, World.named(prerequisites.settings().config()));
    }

    @Override
    public MessageDispatcher dispatcher() {
      return dispatcher;
    }
  }

  private static final class ActorExecutor extends LoopExecutor {
    private final World world;

    private ActorExecutor(World world) {
      this.world = world;
    }

    @Override
    public void execute(Runnable work) {
      world.execute(work);
    }
  }
}
