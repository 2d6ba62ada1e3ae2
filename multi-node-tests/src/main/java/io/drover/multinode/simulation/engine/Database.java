package io.drover.multinode.simulation.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.persistence.PersistentRepr;

/**
 * Where journal and snapshots are kept: survives every machine. As the real one it has each row
 * once: of two that write the same sequence number of an entity, the later one fails.
 */
public final class Database {
  /** The place of it in the network. */
  public static final String PLACE = "db";

  /** What the journal's breaker takes for a failure. */
  static final Duration CALL_LIMIT = Duration.ofSeconds(10);

  /**
   * What goes wrong.
   *
   * @param failBefore probability that a write fails and is not there
   * @param failAfter that it fails and is there all the same
   * @param readFailure that a recovery fails
   * @param latency of a write or read, at most
   */
  public record Faults(double failBefore, double failAfter, double readFailure, Duration latency) {
    public static final Faults NONE = new Faults(0, 0, 0, Duration.ofMillis(4));
  }

  /** How a write ends. */
  enum Fate {
    WRITTEN,
    FAILED,
    WRITTEN_BUT_FAILED
  }

  /** Told of each row, in the order in which they were written. */
  public interface Listener {
    void written(String persistenceId, long sequenceNr, Object event);
  }

  private record Snapshot(long sequenceNr, Object state) {}

  private final Loop loop;
  private final Map<String, NavigableMap<Long, PersistentRepr>> rows = new HashMap<>();
  private final Map<String, Snapshot> snapshots = new HashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private Faults faults = Faults.NONE;
  private long failures;
  private long conflicts;

  Database(Loop loop) {
    this.loop = loop;
  }

  public void faults(Faults next) {
    faults = next;
  }

  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Writes and recoveries that failed by chance. */
  public long failures() {
    return failures;
  }

  /** Writes that came second. */
  public long conflicts() {
    return conflicts;
  }

  /** What is journaled of an entity, oldest first. */
  public List<Object> events(String persistenceId) {
    return rows(persistenceId).values().stream().map(PersistentRepr::payload).toList();
  }

  public List<String> persistenceIds() {
    return rows.keySet().stream().sorted().toList();
  }

  private NavigableMap<Long, PersistentRepr> rows(String persistenceId) {
    return rows.computeIfAbsent(persistenceId, _ -> new TreeMap<>());
  }

  Duration latency() {
    return loop.between(Duration.ofNanos(500_000), faults.latency);
  }

  Fate fate() {
    double drawn = loop.fraction();
    if (drawn < faults.failBefore) {
      failures++;
      return Fate.FAILED;
    }
    if (drawn < faults.failBefore + faults.failAfter) {
      failures++;
      return Fate.WRITTEN_BUT_FAILED;
    }
    return Fate.WRITTEN;
  }

  boolean failsToRead() {
    boolean fails = loop.chance(faults.readFailure);
    failures += fails ? 1 : 0;
    return fails;
  }

  /** All or nothing; false when one of them is there already. */
  boolean write(List<PersistentRepr> batch) {
    for (PersistentRepr row : batch) {
      if (rows(row.persistenceId()).containsKey(row.sequenceNr())) {
        conflicts++;
        return false;
      }
    }
    for (PersistentRepr row : batch) {
      rows(row.persistenceId()).put(row.sequenceNr(), row);
      listeners.forEach(l -> l.written(row.persistenceId(), row.sequenceNr(), row.payload()));
    }
    return true;
  }

  List<PersistentRepr> read(String persistenceId, long from, long to) {
    return from > to
        ? List.of()
        : List.copyOf(rows(persistenceId).subMap(from, true, to, true).values());
  }

  long highest(String persistenceId) {
    NavigableMap<Long, PersistentRepr> known = rows(persistenceId);
    return known.isEmpty() ? 0 : known.lastKey();
  }

  void snapshot(String persistenceId, long sequenceNr, Object state) {
    snapshots.merge(
        persistenceId,
        new Snapshot(sequenceNr, state),
        (known, next) -> known.sequenceNr > next.sequenceNr ? known : next);
  }

  Optional<Map.Entry<Long, Object>> newestSnapshot(String persistenceId, long upTo) {
    return Optional.ofNullable(snapshots.get(persistenceId))
        .filter(s -> s.sequenceNr <= upTo)
        .map(s -> Map.entry(s.sequenceNr, s.state));
  }
}
