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

  /** Nobody has said anything for a while. */
  record Idle() implements ToSelf {}

  /** Something that tells more about a silent host. */
  sealed interface OfLoss extends ToSelf {
    /** The same for the decision, at that reading of the monotonic clock. */
    Input at(Duration now);
  }

  record WitnessAnswered(
      String witness, Epoch leaseEpoch, Duration asked, WitnessCalls.Answer answer)
      implements OfLoss {
    @Override
    public Input at(Duration now) {
      return new Input.WitnessSaid(
          now, asked, witness, leaseEpoch, answer.revoked(), answer.vouchAge());
    }
  }

  record WitnessUnreached(String witness, String failure) implements OfLoss {
    @Override
    public Input at(Duration now) {
      return new Input.WitnessUnreached(now, witness, failure);
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

  /**
   * A fence command is through.
   *
   * @param number under which it was begun
   */
  record FenceEnded(long number, PowerSwitch.Answer answer) implements OfLoss {
    @Override
    public Input at(Duration now) {
      return new Input.FenceEnded(now, answer.off(), answer.evidence());
    }
  }
}
