package io.drover.multinode.simulation.fleet;

import io.drover.multinode.simulation.engine.Machine;
import io.drover.multinode.simulation.engine.World;
import java.util.ArrayList;
import java.util.List;

/** The sessions that are open, so that the kernel of a process that dies can end its own. */
final class Links {
  private record Link(Wire.Connection connection, Machine agent, Machine node) {
    private boolean isOf(Machine machine) {
      return agent == machine || node == machine;
    }
  }

  private final World world;
  private final List<Link> links = new ArrayList<>();

  Links(World world) {
    this.world = world;
  }

  void add(Wire.Connection connection, Machine agent, Machine node) {
    links.add(new Link(connection, agent, node));
  }

  /** Both ends hear that the connection is reset. */
  void reset(Machine machine) {
    List<Link> ended = links.stream().filter(link -> link.isOf(machine)).toList();
    links.removeAll(ended);
    ended.forEach(link -> {
      link.connection.ended(link.agent);
      link.connection.ended(link.node);
    });
  }

  /** Ends a process; the other ends hear of it unless the whole machine is gone. */
  void kill(Machine machine, boolean kernelSurvives) {
    world.crash(machine);
    List<Link> ended = links.stream().filter(link -> link.isOf(machine)).toList();
    links.removeAll(ended);
    if (kernelSurvives) {
      ended.forEach(link -> link.connection.ended(machine));
    }
  }
}
