package io.drover.multinode.simulation.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What happened: a hash of all of it, and the last of it for people. */
public final class Trace {
  /** Entries kept for a report. */
  static final int KEPT = 400;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private record Entry(Duration at, String where, Object what) {}

  private final Loop loop;
  private final Deque<Entry> last = new ArrayDeque<>();
  private long hash = FNV_OFFSET;

  Trace(Loop loop) {
    this.loop = loop;
  }

  /**
   * Notes it.
   *
   * @param what counts by its class in the hash: texts in it may hold random ids
   */
  public void note(String where, Object what) {
    mix(loop.elapsed().toNanos());
    mix(where.hashCode());
    mix(what instanceof String text ? text.hashCode() : what.getClass().getName().hashCode());
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    last.addLast(new Entry(loop.elapsed(), where, what));
  }

  private void mix(long value) {
    hash = (hash ^ value) * FNV_PRIME;
  }

  /** Equal for equal runs, in any JVM. */
  public long hash() {
    return hash;
  }

  /** The newest last. */
  public List<String> last(int count) {
    List<String> lines = new ArrayList<>();
    last.stream()
        .skip(Math.max(0, last.size() - count))
        .forEach(
            e -> lines.add("%9.3f s %-28s %s".formatted(e.at.toNanos() / 1e9, e.where, e.what)));
    return lines;
  }
}
