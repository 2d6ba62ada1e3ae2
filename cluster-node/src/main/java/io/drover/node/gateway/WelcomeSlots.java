package io.drover.node.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many hosts a gateway welcomes at a time. Each costs its entity's recovery and some writes:
 * when all hosts of an area come at once, what waits for the journal must not be given up before
 * its turn, and then come again. Any thread.
 */
final class WelcomeSlots {
  /** A journal does the writes of so many in well below {@link GatewaySession#WELCOME_LIMIT}. */
  static final int LIMIT = 100;

  private final AtomicInteger taken = new AtomicInteger();

  /** False when so many are being welcomed just now. */
  boolean take() {
    if (taken.incrementAndGet() <= LIMIT) {
      return true;
    }
    free();
    return false;
  }

  void free() {
    taken.decrementAndGet();
  }
}
