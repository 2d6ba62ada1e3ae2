package io.drover.http.model;

import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.ControlPlane.NewVm;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import io.drover.http.problem.ProblemException;
import java.util.Map;
import java.util.Optional;

/** The body of {@code POST /v1/vms}. */
public record NewVmJson(
    Optional<String> name,
    Optional<String> area,
    Optional<String> image,
    Optional<Long> cpuMillis,
    Optional<Long> memoryBytes,
    Optional<Map<String, String>> arguments,
    Optional<String> host,
    Optional<OnHostLoss> onHostLoss,
    Optional<Long> priority,
    Optional<BurstPolicy> burst) {
  private static final int NAME_LENGTH_LIMIT = 64;
  private static final int IMAGE_LENGTH_LIMIT = 128;
  private static final int ARGUMENT_LIMIT = 64;
  private static final int ARGUMENT_LENGTH_LIMIT = 1024;
  private static final long CPU_MILLIS_LIMIT = 1_000_000;
  private static final long MEMORY_BYTES_LIMIT = 1L << 46;

  /** A page of WebAssembly: no hypervisor takes less, or parts of it. */
  private static final long MEMORY_GRANULE_BYTES = 64 * 1024;

  /** The checked request. */
  public NewVm toRequest() {
    String checkedName = Fields.text("name", Fields.required("name", name), NAME_LENGTH_LIMIT);
    AreaId checkedArea = Fields.parsed("area", Fields.required("area", area), AreaId::new);
    return new NewVm(
        checkedArea,
        checkedName,
        spec(),
        host.map(NewVmJson::hostId),
        burst.orElse(BurstPolicy.NEVER));
  }

  private GuestSpec spec() {
    String checkedImage = Fields.text("image", Fields.required("image", image), IMAGE_LENGTH_LIMIT);
    long cpu =
        Fields.inRange("cpuMillis", Fields.required("cpuMillis", cpuMillis), 1, CPU_MILLIS_LIMIT);
    long memory =
        Fields.inGranules(
            "memoryBytes",
            Fields.required("memoryBytes", memoryBytes),
            MEMORY_GRANULE_BYTES,
            MEMORY_BYTES_LIMIT);
    return new GuestSpec(
            checkedImage, new Resources((int) cpu, new ByteSize(memory)), checkedArguments())
        .with(hostLoss());
  }

  private HostLossPolicy hostLoss() {
    long checkedPriority =
        Fields.inRange(
            "priority",
            priority.orElse((long) HostLossPolicy.DEFAULT.priority()),
            0,
            HostLossPolicy.PRIORITY_LIMIT);
    return new HostLossPolicy(
        onHostLoss.orElse(HostLossPolicy.DEFAULT.onHostLoss()), (int) checkedPriority);
  }

  private Map<String, String> checkedArguments() {
    Map<String, String> map = arguments.orElse(Map.of());
    if (map.size() > ARGUMENT_LIMIT) {
      throw ProblemException.invalid(
          "arguments",
          "arguments must be at most %d, not %d".formatted(ARGUMENT_LIMIT, map.size()));
    }
    map.forEach((key, value) -> {
      Fields.text("arguments", key, ARGUMENT_LENGTH_LIMIT);
      if (value == null || value.length() > ARGUMENT_LENGTH_LIMIT) {
        throw ProblemException.invalid(
            "arguments." + key,
            "arguments.%s must be a string of at most %d characters"
                .formatted(key, ARGUMENT_LENGTH_LIMIT));
      }
    });
    return map;
  }

  private static HostId hostId(String text) {
    return Fields.parsed("host", text, HostId::parse);
  }
}
