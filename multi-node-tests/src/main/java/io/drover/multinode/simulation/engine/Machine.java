package io.drover.multinode.simulation.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that fails as a whole: one life of a process on a machine of the simulated network.
 *
 * @see World#machine
 */
public final class Machine {
  private final String name;
  private final int life;
  private boolean alive = true;
  private boolean paused;
  private final List<Runnable> held = new ArrayList<>();
  int spawned;

  Machine(String name, int life) {
    this.name = name;
    this.life = life;
  }

  /** Of the place; a process that is started there again has the same. */
  public String name() {
    return name;
  }

  public boolean isAlive() {
    return alive;
  }

  /** It is stopped and executes nothing; what reaches it waits. */
  public boolean isPaused() {
    return paused;
  }

  void die() {
    alive = false;
  }

  void pause() {
    paused = true;
  }

  void hold(Runnable work) {
    held.add(work);
  }

  /** From now on it executes again; what waited, in the order it came. */
  List<Runnable> resume() {
    paused = false;
    List<Runnable> waited = List.copyOf(held);
    held.clear();
    return waited;
  }

  @Override
  public String toString() {
    return name + "." + life;
  }
}
