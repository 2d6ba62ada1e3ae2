package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestSpec;
import io.drover.config.units.Epoch;
import io.drover.config.units.VmId;

/** A guest that only is: what runs, where, and under which run epoch. */
public final class SimulatedGuest {
  private final GuestSpec spec;
  private final String host;
  private final Witness witness;
  private Guest.State state;
  private Epoch epoch;
  private String endReason = "";
  private boolean spoiled;

  SimulatedGuest(GuestSpec spec, String host, Witness witness, Guest.State state, Epoch epoch) {
    this.spec = spec;
    this.host = host;
    this.witness = witness;
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
    return host;
  }

  public Epoch epoch() {
    return epoch;
  }

  Guest.State state() {
    return state;
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
    if (state != Guest.State.RUNNING) {
      state = Guest.State.RUNNING;
      witness.started(this);
    }
  }

  void pause() {
    if (state == Guest.State.RUNNING) {
      state = Guest.State.PAUSED;
      witness.stopped(this);
    }
  }

  void end(String reason) {
    if (state == Guest.State.RUNNING) {
      witness.stopped(this);
    }
    state = Guest.State.ENDED;
    endReason = reason;
  }

  @Override
  public String toString() {
    return "%s at %s under run epoch %s, %s".formatted(spec.vm(), host, epoch, state);
  }
}
