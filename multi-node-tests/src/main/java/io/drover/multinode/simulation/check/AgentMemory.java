package io.drover.multinode.simulation.check;

import io.drover.agent.store.AgentStore;
import io.drover.config.units.Epoch;
import io.drover.config.units.VmId;
import java.util.HashMap;
import java.util.Map;

/** What an agent did under an epoch, the next agent on that host remembers from its disk. */
final class AgentMemory {
  private record Place(String host, VmId vm) {}

  private final Violations violations;
  private final Map<String, Long> controlEpochs = new HashMap<>();
  private final Map<Place, Epoch> runEpochs = new HashMap<>();

  AgentMemory(Violations violations) {
    this.violations = violations;
  }

  void obeyed(String host, long controlEpoch) {
    controlEpochs.merge(host, controlEpoch, Math::max);
  }

  void ran(String host, VmId vm, Epoch runEpoch) {
    runEpochs.merge(new Place(host, vm), runEpoch, (a, b) -> a.isBefore(b) ? b : a);
  }

  void agentStarted(String host, AgentStore store) {
    long obeyed = controlEpochs.getOrDefault(host, 0L);
    long stored = store.agent().highestControlEpoch().value();
    violations.require(
        stored >= obeyed,
        "the agent of %s obeyed control epoch %d, and remembers %d"
            .formatted(host, obeyed, stored));
    runEpochs.forEach((place, epoch) ->
        violations.require(
            !place.host.equals(host) || !store.vm(place.vm).highestRunEpoch().isBefore(epoch),
            "%s ran at %s under run epoch %s, and its agent remembers %s"
                .formatted(place.vm, place.host, epoch, store.vm(place.vm).highestRunEpoch())));
  }
}
