package io.drover.multinode.harness;

import io.drover.multinode.network.Freezer;
import io.drover.multinode.network.SmallDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One host of a fleet: the agent and whatever it starts.
 *
 * @param agent the process that the harness starts
 * @param state its state directory
 * @param freezer that it and its children are in
 * @param disk that its state directory is on, if that is small
 */
public record HostMachine(
    String area,
    JavaProcess agent,
    Path state,
    Optional<Freezer> freezer,
    Optional<SmallDisk> disk) {

  public String name() {
    return agent.name();
  }

  /** The whole host stands still: agent, guard, QEMU guests. */
  public void freeze() {
    if (freezer.isPresent()) {
      freezer.get().freeze();
    } else {
      agent.pause();
      children().forEach(pid -> LiveProcess.signal(pid, "STOP"));
    }
  }

  /** Nothing to a host that is not frozen. */
  public void thaw() {
    if (freezer.isPresent()) {
      freezer.get().thaw();
    } else {
      children().forEach(pid -> LiveProcess.signal(pid, "CONT"));
      agent.resume();
    }
  }

  /** As if its power had failed: agent, guard and guests are gone at once. */
  public void powerOff() {
    List<ProcessHandle> all = children();
    agent.kill();
    all.forEach(ProcessHandle::destroyForcibly);
    LeftGuests.end(state);
  }

  /** What the agent started, and guests that outlived an earlier one. */
  private List<ProcessHandle> children() {
    List<ProcessHandle> all = new ArrayList<>();
    if (agent.isAlive()) {
      ProcessHandle.of(agent.pid()).ifPresent(handle -> handle.descendants().forEach(all::add));
    }
    LeftGuests.of(state).forEach(guest -> all.add(guest.handle()));
    return all;
  }

  void end() {
    thaw();
    agent.stop();
    LeftGuests.end(state);
  }

  /** After {@link #end}. */
  void remove() {
    freezer.ifPresent(Freezer::close);
    disk.ifPresent(SmallDisk::close);
  }
}
