package io.drover.http.model;

import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.api.HostView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A host. */
public record HostJson(
    String id,
    long version,
    String name,
    String area,
    String cell,
    String state,
    boolean cordoned,
    ResourcesJson capacity,
    ResourcesJson claimed,
    List<ClaimJson> claims,
    long controlEpoch,
    String incarnation,
    String agentVersion,
    List<HypervisorJson> hypervisors,
    List<HostImageJson> images,
    String transferEndpoint,
    Map<String, String> labels,
    long staleOrdersRefused,
    Optional<Instant> lastHeartbeat,
    Instant stateSince) {

  /** Capacity promised to a VM or a migration. */
  public record ClaimJson(String owner, int cpuMillis, long memoryBytes) {}

  /** A hypervisor, and why it cannot be used when it cannot. */
  public record HypervisorJson(
      String kind, boolean available, String reason, String version, String accelerator) {
    static HypervisorJson from(HypervisorSupport support) {
      return new HypervisorJson(
          support.kind(),
          support.available(),
          support.reason(),
          support.version(),
          support.accelerator());
    }
  }

  /** An image on this host, and why it cannot be used when it cannot. */
  public record HostImageJson(
      String name,
      String hypervisor,
      long sizeBytes,
      String sha256,
      long minMemoryBytes,
      boolean usable,
      String reason) {
    static HostImageJson from(ImageSupport image) {
      return new HostImageJson(
          image.name(),
          image.hypervisor(),
          image.size().bytes(),
          image.sha256(),
          image.minMemory().bytes(),
          image.usable(),
          image.reason());
    }
  }

  public static HostJson from(HostView host) {
    return new HostJson(
        host.id().text(),
        host.version(),
        host.id().tail(),
        host.id().area().name(),
        host.id().cell().toString(),
        host.state().name(),
        host.cordoned(),
        ResourcesJson.from(host.capacity()),
        ResourcesJson.from(host.claimed()),
        host.claims().stream()
            .map(claim ->
                new ClaimJson(
                    claim.owner(),
                    claim.resources().cpuMillis(),
                    claim.resources().memory().bytes()))
            .toList(),
        host.controlEpoch().value(),
        host.incarnation(),
        host.agentVersion(),
        host.hypervisors().stream().map(HypervisorJson::from).toList(),
        host.images().stream().map(HostImageJson::from).toList(),
        host.transferEndpoint(),
        new TreeMap<>(host.labels()),
        host.staleOrdersRefused(),
        host.lastHeartbeat(),
        host.stateSince());
  }
}
