package io.drover.multinode.simulation.engine;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** The actor system's timers, on a {@link Loop}. Made by Pekko. */
public final class VirtualScheduler extends AbstractScheduler {
  private final World world;

  /** As Pekko calls it. */
  public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    world = World.named(config);
  }

  @Override
  @SuppressWarnings("deprecation") // Pekko's own timers still come this way
  public Cancellable schedule(
      FiniteDuration delay, FiniteDuration interval, Runnable work, ExecutionContext executor) {
    Repeated repeated = new Repeated(Duration.ofNanos(interval.toNanos()), work, executor);
    repeated.next(Duration.ofNanos(delay.toNanos()));
    return repeated;
  }

  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable work, ExecutionContext executor) {
    return new Once(
        world.loop().after(Duration.ofNanos(delay.toNanos()), () -> executor.execute(work)));
  }

  @Override
  public double maxFrequency() {
    return 1_000;
  }

  private record Once(Loop.Timer timer) implements Cancellable {
    @Override
    public boolean cancel() {
      boolean first = !timer.isCancelled();
      timer.cancel();
      return first;
    }

    @Override
    public boolean isCancelled() {
      return timer.isCancelled();
    }
  }

  private final class Repeated implements Cancellable {
    private final Duration interval;
    private final Runnable work;
    private final ExecutionContext executor;
    private boolean cancelled;

    private Repeated(Duration interval, Runnable work, ExecutionContext executor) {
      this.interval = interval;
      this.work = work;
      this.executor = executor;
    }

    private void next(Duration delay) {
      world
          .loop()
          .after(
              delay,
              () -> {
                if (!cancelled) {
                  executor.execute(work);
                  next(interval);
                }
              });
    }

    @Override
    public boolean cancel() {
      boolean first = !cancelled;
      cancelled = true;
      return first;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }
  }
}
