package io.drover.multinode.simulation.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Virtual time, and chance from one seed. What is ready now runs in an order that the seed decides;
 * when nothing is ready, time moves on to what is due next. One thread; the same seed is the same
 * run.
 */
public final class Loop implements InstantSource {
  /** What all runs begin with. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Steps at one moment; more of them never end. */
  static final int STEPS_AT_ONCE_LIMIT = 1_000_000;

  private final SplittableRandom random;
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final List<Runnable> ready = new ArrayList<>();
  private long nowNs;
  private long sequence;
  private long steps;
  private int stepsNow;
  private boolean halted;

  public Loop(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Something that is due later. */
  public static final class Timer implements Comparable<Timer> {
    private final long atNs;
    private final long sequence;
    private final Runnable work;
    private boolean cancelled;

    private Timer(long atNs, long sequence, Runnable work) {
      this.atNs = atNs;
      this.sequence = sequence;
      this.work = work;
    }

    public void cancel() {
      cancelled = true;
    }

    boolean isCancelled() {
      return cancelled;
    }

    @Override
    public int compareTo(Timer other) {
      int byTime = Long.compare(atNs, other.atNs);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(sequence);
    }
  }

  @Override
  public Instant instant() {
    return START.plusNanos(nowNs);
  }

  /** Since the start. */
  public Duration elapsed() {
    return Duration.ofNanos(nowNs);
  }

  public long steps() {
    return steps;
  }

  /** To be done now, in any order with what else is. */
  public void execute(Runnable work) {
    ready.add(work);
  }

  public Timer after(Duration delay, Runnable work) {
    Timer timer = new Timer(nowNs + Math.max(0, delay.toNanos()), sequence++, work);
    timers.add(timer);
    return timer;
  }

  /** Again and again, until the run ends. */
  public void every(Duration interval, Runnable work) {
    after(
        interval,
        () -> {
          work.run();
          every(interval, work);
        });
  }

  public boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  public double fraction() {
    return random.nextDouble();
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public long bits() {
    return random.nextLong();
  }

  public <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** Short spans more often than long ones: most of what goes wrong is brief. */
  public Duration between(Duration least, Duration most) {
    double share = random.nextDouble();
    return least.plusNanos((long) (most.minus(least).toNanos() * share * share));
  }

  /** Nothing more happens in this run. */
  public void halt() {
    halted = true;
  }

  /** Runs all that is due within this span; what is due later stays. */
  public void run(Duration span) {
    long endNs = nowNs + span.toNanos();
    while (!halted && stepUntil(endNs)) {
      steps++;
    }
    if (!halted) {
      nowNs = endNs;
    }
  }

  /** Runs what is ready, and what that makes ready, although the run is over. */
  void drain() {
    while (!ready.isEmpty()) {
      takeReady().run();
    }
  }

  private boolean stepUntil(long endNs) {
    if (!ready.isEmpty()) {
      if (++stepsNow > STEPS_AT_ONCE_LIMIT) {
        throw new IllegalStateException("no end of what happens at " + elapsed());
      }
      takeReady().run();
      return true;
    }
    stepsNow = 0;
    Timer next = timers.peek();
    while (next != null && next.cancelled) {
      timers.remove();
      next = timers.peek();
    }
    if (next == null || next.atNs > endNs) {
      return false;
    }
    timers.remove();
    nowNs = next.atNs;
    next.work.run();
    return true;
  }

  private Runnable takeReady() {
    int last = ready.size() - 1;
    int chosen = last == 0 ? 0 : random.nextInt(ready.size());
    Runnable work = ready.get(chosen);
    ready.set(chosen, ready.get(last));
    ready.remove(last);
    return work;
  }
}
