package io.drover.multinode.simulation.check;

import io.drover.multinode.simulation.engine.World;
import java.util.ArrayList;
import java.util.List;

/** What did not hold. The first one ends the run. */
public final class Violations {
  private final World world;
  private final List<String> found = new ArrayList<>();

  public Violations(World world) {
    this.world = world;
  }

  /** Notes it; nothing is thrown, as an actor would swallow that. */
  public void add(String what) {
    found.add(what);
    world.trace().note("VIOLATED", what);
    world.loop().halt();
  }

  public void require(boolean holds, String what) {
    if (!holds) {
      add(what);
    }
  }

  public List<String> found() {
    return List.copyOf(found);
  }

  public boolean any() {
    return !found.isEmpty();
  }
}
