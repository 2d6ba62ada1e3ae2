package io.drover.multinode.simulation.engine;

/**
 * Something that fails as a whole: one life of a process on a machine of the simulated network.
 *
 * @see World#machine
 */
public final class Machine {
  private final String name;
  private final int life;
  private boolean alive = true;
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

  void die() {
    alive = false;
  }

  @Override
  public String toString() {
    return name + "." + life;
  }
}
