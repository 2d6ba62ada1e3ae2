package io.drover.actor.migration;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time, and chance from one seed. Single-threaded: the same seed is the same run. */
final class Simulation implements InstantSource {
  private record Task(Instant at, long sequence, Runnable work) {}

  final Random random;
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparing(Task::at).thenComparingLong(Task::sequence));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long sequence;

  Simulation(long seed) {
    random = new Random(seed);
  }

  @Override
  public Instant instant() {
    return now;
  }

  void after(Duration delay, Runnable work) {
    tasks.add(new Task(now.plus(delay), sequence++, work));
  }

  void every(Duration interval, Runnable work) {
    after(
        interval,
        () -> {
          work.run();
          every(interval, work);
        });
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  Duration between(Duration least, Duration most) {
    long span = most.toMillis() - least.toMillis();
    return least.plusMillis(span <= 0 ? 0 : random.nextLong(span));
  }

  /** Runs what is due within this span, and looks after each step. */
  void run(Duration span, Runnable look) {
    Instant end = now.plus(span);
    while (!tasks.isEmpty() && !tasks.peek().at().isAfter(end)) {
      Task task = tasks.poll();
      now = task.at();
      task.work().run();
      look.run();
    }
    now = end;
  }
}
