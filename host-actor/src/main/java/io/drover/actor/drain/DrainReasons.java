package io.drover.actor.drain;

import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.drain.DrainSight.Wait;
import io.drover.actor.drain.DrainState.Job;
import io.drover.actor.drain.DrainState.Move;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.util.Locale;
import java.util.Optional;

/** Why a VM is not moved, for people. Pure. */
final class DrainReasons {
  private DrainReasons() {}

  /** Why it is still there. */
  static String of(Job job, DrainSight sight, VmId vm) {
    return Optional.ofNullable(sight.waits.get(vm))
        .map(Wait::reason)
        .or(() -> job.moveOf(vm).map(Move::reason).filter(reason -> !reason.isEmpty()))
        .orElse("it was not tried yet");
  }

  /** What its state has against it. */
  static String against(VmView vm, HostId host) {
    if (vm.phase() == VmView.Phase.MIGRATING) {
      return vm.migration().map(m -> m + " moves it").orElse("it is being moved");
    }
    return vm.host().equals(Optional.of(host))
        ? "it is %s; only a running VM can be moved"
            .formatted(vm.phase().name().toLowerCase(Locale.ROOT))
        : "it is not there any more; its claim is about to be released";
  }

  /** What every host has against it. */
  static String of(Refusal refusal) {
    StringBuilder text = new StringBuilder(refusal.detail());
    refusal
        .hosts()
        .forEach(h -> text.append("; ").append(h.host()).append(": ").append(h.reason()));
    return text.toString();
  }
}
