package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.config.units.VmId;
import java.util.TreeMap;

/** Tells equal requests from others: the same text on any JVM, in any order of the arguments. */
final class RequestDigest {
  private RequestDigest() {}

  static String of(NewVm request) {
    return Ids.derived(
        String.join(
            "\n",
            request.area().name(),
            request.name(),
            request.spec().image(),
            request.spec().resources().cpuMillis()
                + " "
                + request.spec().resources().memory().bytes(),
            new TreeMap<>(request.spec().arguments()).toString(),
            request.host().map(h -> h.text()).orElse("")
                + unlessDefault(request.spec().hostLoss())
                + unlessDefault(request.burst())));
  }

  private static String unlessDefault(BurstPolicy policy) {
    return policy == BurstPolicy.NEVER ? "" : "\nburst " + policy;
  }

  /** Nothing for the default: requests of before have to keep their digest. */
  private static String unlessDefault(HostLossPolicy policy) {
    return policy.equals(HostLossPolicy.DEFAULT)
        ? ""
        : "\n%s %d".formatted(policy.onHostLoss(), policy.priority());
  }

  /** Of a request that is told by its words. */
  static String of(String... words) {
    return Ids.derived(String.join("\n", words));
  }

  static String of(VmId vm, MigrateRequest request) {
    return Ids.derived(
        String.join(
            "\n",
            vm.text(),
            request.target().map(h -> h.text()).orElse(""),
            request.area().map(a -> a.name()).orElse(""),
            request.downtimeLimit().map(d -> d.toString()).orElse(""),
            Long.toString(request.bandwidthLimit().bytesPerSecond())));
  }
}
