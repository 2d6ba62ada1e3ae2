package io.drover.multinode.simulation.fleet;

import java.util.ArrayDeque;
import java.util.Queue;

/** Work that is done one piece after the other, each of which takes its time. */
final class Turns {
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final Runnable between;
  private boolean busy;

  /**
   * Nothing is to be done yet.
   *
   * @param between done after each piece
   */
  Turns(Runnable between) {
    this.between = between;
  }

  /** Ends with a call of {@link #done}. */
  void take(Runnable work) {
    if (busy) {
      waiting.add(work);
    } else {
      busy = true;
      work.run();
    }
  }

  void done() {
    between.run();
    Runnable next = waiting.poll();
    busy = next != null;
    if (next != null) {
      next.run();
    }
  }
}
