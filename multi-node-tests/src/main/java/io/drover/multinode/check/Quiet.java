package io.drover.multinode.check;

import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No VM is restarted without need: each boot of a guest after its first has a reason, which is that
 * a client asked for it or that a fault hit the host it ran on in a way that loses guests.
 */
public final class Quiet {
  private Quiet() {}

  /**
   * Judges every boot.
   *
   * @param vmOfId the harness's name of a VM by its id
   */
  public static Verdict check(
      List<Testimony> testimonies,
      List<Operation> operations,
      Map<String, String> vmOfId,
      List<FaultSpan> faults) {
    Map<String, @Nullable Effect> last = new HashMap<>();
    List<String> violations = new ArrayList<>();
    long boots = 0;
    long restarts = 0;
    for (Testimony testimony : testimonies) {
      if (testimony instanceof Effect effect) {
        Effect before = last.put(effect.vm(), effect);
        if (before == null) {
          boots++;
        } else if (before.boot() != effect.boot()) {
          boots++;
          boolean isAsked = isAskedFor(vmOfId.get(effect.vm()), before, effect, operations);
          restarts += isAsked ? 0 : 1;
          if (!isAsked && !isExcused(before, effect, faults)) {
            violations.add(
                "%s booted at %s at %d ns for no reason; until %d ns it ran at %s"
                    .formatted(
                        effect.vm(),
                        effect.runner(),
                        effect.atNs(),
                        before.atNs(),
                        before.runner()));
          }
        }
      }
    }
    return new Verdict(
        "quiet", violations, Map.of("boots", (double) boots, "restarts", (double) restarts));
  }

  /** Somebody wanted it started, not later than it was, and may have got it since it last ran. */
  private static boolean isAskedFor(
      @Nullable String vm, Effect before, Effect after, List<Operation> operations) {
    return operations.stream()
        .filter(o -> o.kind() == Kind.START && o.vm().equals(vm) && o.mayHaveHappened())
        .anyMatch(o ->
            o.invokedAtNs() <= after.atNs()
                && o.endedAtNs().orElse(Long.MAX_VALUE) >= before.atNs());
  }

  private static boolean isExcused(Effect before, Effect after, List<FaultSpan> faults) {
    return faults.stream()
        .filter(f -> f.mayRestartOn().contains(before.runner().host()))
        .anyMatch(f -> f.injectedNs() <= after.atNs() && f.endNs() >= before.atNs());
  }
}
