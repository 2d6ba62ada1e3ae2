package io.drover.actor.vm;

import io.drover.actor.vm.Profile.Grant;
import io.drover.actor.vm.VmState.Starting;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a host has refused to start a VM for want of its lease, and whether the VM is leaving
 * it. Not journaled: the host refuses again. Not threadsafe: lives in one actor.
 */
final class LeaseWait {
  private Epoch refused = Epoch.NONE;
  private Instant since = Instant.MAX;
  private Epoch left = Epoch.NONE;

  /** Its host does not hold its lease. */
  void refused(Grant grant, Instant now) {
    if (!refused.equals(grant.runEpoch())) {
      refused = grant.runEpoch();
      since = now;
    }
  }

  boolean isOver(Grant grant, Duration limit, Instant now) {
    return refused.equals(grant.runEpoch()) && !now.isBefore(since.plus(limit));
  }

  /** From now on nothing may start under this grant: the host is told to use it up. */
  void leave(Grant grant) {
    left = grant.runEpoch();
  }

  /** Whether what that host says of a start means nothing any more. */
  boolean isLeaving(VmState state, HostId host) {
    return state instanceof Starting s
        && s.grant().host().equals(host)
        && s.grant().runEpoch().equals(left);
  }
}
