package io.drover.multinode.simulation.fleet;

import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One direction of a connection as TCP gives it: all of it in order, or the connection breaks. A
 * cut in either direction holds it up.
 */
final class Pipe {
  /** As {@code TCP_USER_TIMEOUT} of both ends. */
  static final Duration UNACKNOWLEDGED_LIMIT = Duration.ofSeconds(8);

  private static final Duration RETRY = Duration.ofMillis(250);

  private final World world;
  private final Machine from;
  private final Machine to;
  private final Runnable broken;
  private final Deque<Runnable> sent = new ArrayDeque<>();
  private Optional<Duration> blockedSince = Optional.empty();
  private boolean underWay;
  private boolean closed;

  Pipe(World world, Machine from, Machine to, Runnable broken) {
    this.world = world;
    this.from = from;
    this.to = to;
    this.broken = broken;
  }

  void send(Runnable arrival) {
    if (closed || !from.isAlive()) {
      return;
    }
    sent.add(arrival);
    if (!underWay) {
      underWay = true;
      world.loop().after(world.network().delay(), this::arrive);
    }
  }

  void close() {
    closed = true;
    sent.clear();
  }

  private void arrive() {
    underWay = false;
    if (closed) {
      return;
    }
    if (isBlocked()) {
      Duration now = world.loop().elapsed();
      Duration since = blockedSince.orElse(now);
      blockedSince = Optional.of(since);
      if (now.minus(since).compareTo(UNACKNOWLEDGED_LIMIT) > 0) {
        close();
        world.run(from, broken);
        return;
      }
      underWay = true;
      world.loop().after(RETRY, this::arrive);
      return;
    }
    blockedSince = Optional.empty();
    for (int due = sent.size(); due > 0 && !sent.isEmpty(); due--) {
      world.run(to, sent.remove());
    }
  }

  private boolean isBlocked() {
    return !to.isAlive()
        || world.network().isCut(from.name(), to.name())
        || world.network().isCut(to.name(), from.name());
  }
}
