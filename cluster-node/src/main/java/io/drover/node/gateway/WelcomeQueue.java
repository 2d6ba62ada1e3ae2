package io.drover.node.gateway;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Hosts are welcomed a limited number at a time, in the order in which they came. Each costs its
 * entity's recovery and some writes: when all hosts of an area come at once, what waits for the
 * journal must not be given up before its turn, and then come again. Any thread.
 */
final class WelcomeQueue {
  /** A journal does the writes of so many in well below {@link GatewaySession#WELCOME_LIMIT}. */
  static final int SLOTS = 100;

  /** More hosts than a node can have. */
  static final int WAITING_LIMIT = 20_000;

  private final SequencedSet<Place> waiting = new LinkedHashSet<>();
  private int slotsTaken;
  private long entered;

  /**
   * A place at its end; empty when it is full.
   *
   * @param turn when a slot is free for it, now or later; must not block
   */
  synchronized Optional<Place> enter(Runnable turn) {
    if (waiting.size() >= WAITING_LIMIT) {
      return Optional.empty();
    }
    Place place = new Place(++entered, turn);
    waiting.add(place);
    next();
    return Optional.of(place);
  }

  private void next() {
    while (slotsTaken < SLOTS && !waiting.isEmpty()) {
      slotsTaken++;
      Place first = waiting.removeFirst();
      first.hasSlot = true;
      first.turn.run();
    }
  }

  /** One host's. To be left once. */
  final class Place {
    private final long number;
    private final Runnable turn;
    private boolean hasSlot;

    private Place(long number, Runnable turn) {
      this.number = number;
      this.turn = turn;
    }

    /** How many come before it, at most. */
    int ahead() {
      synchronized (WelcomeQueue.this) {
        return hasSlot ? 0 : (int) (number - waiting.getFirst().number);
      }
    }

    /** Welcomed, or gone. */
    void leave() {
      synchronized (WelcomeQueue.this) {
        if (hasSlot) {
          slotsTaken--;
          next();
        } else {
          waiting.remove(this);
        }
      }
    }
  }
}
