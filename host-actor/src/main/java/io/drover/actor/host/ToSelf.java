package io.drover.actor.host;

import io.drover.actor.lease.HostLoss.Input;
import io.drover.config.units.Epoch;
import java.time.Duration;

/** What a host says to itself. */
sealed interface ToSelf extends Host.Command {
  /** Time passes: sessions fall silent, orders expire. */
  record Tick() implements ToSelf {}

  /** Time to ask the owners of the claims. */
  record CheckClaims() implements ToSelf {}

  record NeedAnswered(Host.Need need) implements ToSelf {}

  record WitnessesFound(Host.Candidates candidates) implements ToSelf {}

  /** A witness could not be asked; it is asked again. */
  record WitnessUnreached(String witness, String failure) implements ToSelf {}

  /** Nobody has said anything for a while. */
  record Idle() implements ToSelf {}

  /** Something that tells more about a silent host. */
  sealed interface OfLoss extends ToSelf {
    /** The same for the decision, at that reading of the monotonic clock. */
    Input at(Duration now);
  }

  record WitnessAnswered(String witness, Epoch leaseEpoch, WitnessCalls.Answer answer)
      implements OfLoss {
    @Override
    public Input at(Duration now) {
      return new Input.WitnessSaid(now, witness, leaseEpoch, answer.revoked(), answer.vouchAge());
    }
  }

  record LeaveAnswered(Host.Leave leave) implements OfLoss {
    @Override
    public Input at(Duration now) {
      return leave.given()
          ? new Input.LeaveGiven(now)
          : new Input.LeaveRefused(now, leave.reason());
    }
  }

  record PowerAnswered(PowerSwitch.Answer answer) implements OfLoss {
    @Override
    public Input at(Duration now) {
      return new Input.PowerAnswered(now, answer.off(), answer.evidence());
    }
  }
}
