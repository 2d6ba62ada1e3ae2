package io.drover.multinode.simulation.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The way from one machine to another: late, twice, never, or in another order. Cuts are one-way
 * and between places, so that they outlive a process.
 */
public final class Network {
  /**
   * What goes wrong with messages.
   *
   * @param loss probability that one is lost
   * @param repeat that it comes twice: more than Pekko's transport ever does
   * @param delay at most
   * @param ordered from one machine to another, as Pekko's transport keeps it
   */
  public record Faults(double loss, double repeat, Duration delay, boolean ordered) {
    public static final Faults NONE = new Faults(0, 0, Duration.ofMillis(2), true);
  }

  private static final double BAD_LOSS = 0.1;
  private static final Duration BAD_DELAY = Duration.ofMillis(200);
  private static final Duration FASTEST = Duration.ofNanos(100_000);

  private final Loop loop;
  private final Set<String> cut = new HashSet<>();
  private Faults faults = Faults.NONE;
  private final Map<String, Duration> newest = new HashMap<>();
  private final Map<String, Long> counts = new HashMap<>();

  Network(Loop loop) {
    this.loop = loop;
  }

  public void faults(Faults next) {
    faults = next;
  }

  /** Whether one message in ten may be lost, or take longer than anybody waits for. */
  public boolean isBad() {
    return faults.loss > BAD_LOSS || faults.delay.compareTo(BAD_DELAY) > 0;
  }

  public void cut(String from, String to) {
    cut.add(from + ">" + to);
  }

  public void mend(String from, String to) {
    cut.remove(from + ">" + to);
  }

  public void mendAll() {
    cut.clear();
  }

  public boolean isCut(String from, String to) {
    return !cut.isEmpty() && cut.contains(from + ">" + to);
  }

  /** One way, one message. */
  public Duration delay() {
    return loop.between(FASTEST, faults.delay);
  }

  /** As datagrams travel. */
  void send(Machine from, Machine to, Runnable arrival) {
    count("sent");
    if (isCut(from.name(), to.name())) {
      count("cut");
      return;
    }
    if (loop.chance(faults.loss)) {
      count("lost");
    } else {
      arrive(from, to, arrival);
    }
    if (loop.chance(faults.repeat)) {
      count("repeated");
      arrive(from, to, arrival);
    }
  }

  private void arrive(Machine from, Machine to, Runnable arrival) {
    Duration delay = delay();
    if (faults.ordered) {
      String way = from + ">" + to;
      Duration at = loop.elapsed().plus(delay);
      Duration before = newest.getOrDefault(way, Duration.ZERO);
      Duration next = at.compareTo(before) > 0 ? at : before;
      newest.put(way, next);
      delay = next.minus(loop.elapsed());
    }
    loop.after(
        delay,
        () -> {
          if (to.isAlive()) {
            arrival.run();
          }
        });
  }

  private void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** Messages by what became of them. */
  public Map<String, Long> counts() {
    return counts;
  }
}
