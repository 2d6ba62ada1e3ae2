package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestSpec;
import io.drover.config.units.Epoch;
import io.drover.config.units.VmId;

/**
 * A guest that only is: what runs, where, and under which run epoch. As one with a process of its
 * own: outlives its agent, and is stopped from outside.
 */
public final class SimulatedGuest {
  private final GuestSpec spec;
  private final SimulatedHost host;
  private Guest.State state;
  private Epoch epoch;
  private String endReason = "";
  private boolean spoiled;
  private boolean frozen;
  private boolean suspended;
  private boolean executes;

  SimulatedGuest(GuestSpec spec, SimulatedHost host, Guest.State state, Epoch epoch) {
    this.spec = spec;
    this.host = host;
    this.state = state;
    this.epoch = epoch;
  }

  public VmId vm() {
    return spec.vm();
  }

  GuestSpec spec() {
    return spec;
  }

  public String host() {
    return host.name();
  }

  public Epoch epoch() {
    return epoch;
  }

  Guest.State state() {
    return state;
  }

  boolean isAlive() {
    return state != Guest.State.ENDED;
  }

  String endReason() {
    return endReason;
  }

  /** Its memory is not what the source had. */
  public boolean isSpoiled() {
    return spoiled;
  }

  void spoil() {
    spoiled = true;
  }

  /** All of its memory has come. */
  void loaded() {
    state = Guest.State.PAUSED;
  }

  /** Lets it run, under this grant. */
  void run(Epoch grant) {
    epoch = grant;
    state = Guest.State.RUNNING;
    changed();
  }

  void pause() {
    if (state == Guest.State.RUNNING) {
      state = Guest.State.PAUSED;
      changed();
    }
  }

  /** By the guard, whatever its agent thinks of it. */
  void freeze(boolean now) {
    frozen = now;
    changed();
  }

  boolean isFrozen() {
    return frozen;
  }

  /** With its host. */
  void suspend(boolean now) {
    suspended = now;
    changed();
  }

  void end(String reason) {
    if (isAlive()) {
      state = Guest.State.ENDED;
      endReason = reason;
      changed();
    }
  }

  /** Ends it, and not by order of its agent. */
  void kill(String reason) {
    end(reason);
    host.killed(this);
  }

  /** Whether it does anything that others could see. */
  private void changed() {
    boolean now = state == Guest.State.RUNNING && !frozen && !suspended;
    if (now != executes) {
      executes = now;
      if (now) {
        host.observer().started(this);
      } else {
        host.observer().stopped(this);
      }
    }
  }

  @Override
  public String toString() {
    return "%s at %s under run epoch %s, %s%s%s"
        .formatted(
            vm(), host(), epoch, state, frozen ? ", frozen" : "", suspended ? ", suspended" : "");
  }
}
