package io.drover.actor.area;

import io.drover.actor.area.Area.Event;
import io.drover.actor.area.Area.Reply;
import io.drover.actor.area.AreaState.Defined;
import io.drover.config.settings.BurstSettings;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Hosts that are about to join an area, and who waits for it. Those that come while others are
 * written join together with the next write: one for each would be what a thousand new hosts wait
 * for. Not threadsafe.
 */
final class Joining {
  /** Hosts of one write. */
  static final int BATCH = 200;

  private final SequencedMap<HostId, List<ActorRef<Reply>>> waiting = new LinkedHashMap<>();

  /** Whether it is the first one, and a write has to be asked for. */
  boolean add(HostId host, ActorRef<Reply> replyTo) {
    boolean first = waiting.isEmpty();
    waiting.computeIfAbsent(host, _ -> new ArrayList<>()).add(replyTo);
    return first;
  }

  int size() {
    return waiting.size();
  }

  /** Whoever is still there asks again. */
  void forget() {
    waiting.clear();
  }

  /** The next ones; those of a cell that the area has no room for go elsewhere with it. */
  Batch next(Defined state, FleetSight sight, BurstSettings settings, Instant now) {
    List<HostId> hosts = waiting.sequencedKeySet().stream().limit(BATCH).toList();
    List<Event> events = new ArrayList<>();
    AreaState then = state;
    for (HostId host : hosts) {
      List<Event> next = new ArrayList<>();
      if (then instanceof AreaState.Home home) {
        Bursting.handOver(home, sight, host.cell(), settings, now).ifPresent(next::add);
      }
      next.add(new Event.HostJoined(host, now));
      for (Event event : next) { // each is judged with those before it
        then = AreaState.evolve(then, event);
      }
      events.addAll(next);
    }
    return new Batch(hosts, events);
  }

  /** They are members. */
  void joined(Batch batch) {
    for (HostId host : batch.hosts()) {
      List<ActorRef<Reply>> waiters = waiting.remove(host);
      if (waiters != null) {
        waiters.forEach(replyTo -> replyTo.tell(new Reply.HostIs(host)));
      }
    }
  }

  /** Of one write. */
  record Batch(List<HostId> hosts, List<Event> events) {}
}
