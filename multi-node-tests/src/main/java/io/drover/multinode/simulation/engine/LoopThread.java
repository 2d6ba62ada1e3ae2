package io.drover.multinode.simulation.engine;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A thread with timers of one process, on the loop; stands still and ends with its machine. */
public final class LoopThread extends LoopExecutor implements ScheduledExecutorService {
  private final World world;
  private final Machine machine;

  public LoopThread(World world, Machine machine) {
    this.world = world;
    this.machine = machine;
  }

  @Override
  public void execute(Runnable work) {
    world.loop().execute(() -> run(work));
  }

  private void run(Runnable work) {
    if (!isShutdown()) {
      world.run(machine, work);
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    Task<Void> task = new Task<>(work);
    later(task, unit.toNanos(delay));
    return task;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
    Task<V> task = new Task<>(work);
    later(task, unit.toNanos(delay));
    return task;
  }

  private void later(Runnable work, long delayNs) {
    world.loop().after(Duration.ofNanos(delayNs), () -> run(work));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long initial, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(work, initial, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long initial, long delay, TimeUnit unit) {
    Task<Void> task = new Task<>(() -> {});
    later(() -> repeat(task, work, unit.toNanos(delay)), unit.toNanos(initial));
    return task;
  }

  private void repeat(Task<Void> task, Runnable work, long delayNs) {
    if (!task.isCancelled()) {
      work.run();
      later(() -> repeat(task, work, delayNs), delayNs);
    }
  }

  private static final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    private Task(Callable<V> work) {
      super(work);
    }

    @SuppressWarnings("NullAway") // what nobody asks for
    private Task(Runnable work) {
      super(work, null);
    }

    @Override
    public boolean isPeriodic() {
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }
}
