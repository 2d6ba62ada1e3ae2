package io.drover.http.model;

import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.api.HostView;
import io.drover.actor.lease.Lease;
import io.drover.actor.lease.WitnessList;
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
    Instant stateSince,
    LivenessJson liveness) {

  /** Whether it lives, and how that is known. */
  public record LivenessJson(
      String reason,
      Optional<LeaseJson> lease,
      Optional<ProofJson> fenced,
      List<EvidenceJson> evidence) {
    static LivenessJson from(HostView.Liveness liveness) {
      return new LivenessJson(
          liveness.reason(),
          liveness.lease().map(lease -> LeaseJson.from(lease, liveness.leaseHeld())),
          liveness.fenced().map(p -> new ProofJson(p.by().name(), p.evidence(), p.at())),
          liveness.evidence().stream().map(e -> new EvidenceJson(e.text(), e.at())).toList());
    }
  }

  /** The lease, and who vouches for it. */
  public record LeaseJson(
      long epoch,
      long ttlMs,
      String standing,
      boolean held,
      List<WitnessJson> witnesses,
      Optional<List<WitnessJson>> nextWitnesses) {
    static LeaseJson from(Lease lease, boolean held) {
      return new LeaseJson(
          lease.epoch().value(),
          lease.ttl().toMillis(),
          lease.standing().name(),
          held,
          witnesses(lease.active()),
          lease.pending().map(LeaseJson::witnesses));
    }

    private static List<WitnessJson> witnesses(WitnessList list) {
      return list.witnesses().stream().map(w -> new WitnessJson(w.id(), w.endpoint())).toList();
    }
  }

  /** Somebody who vouches for the host. */
  public record WitnessJson(String id, String endpoint) {}

  /** Why no guest that may be restarted elsewhere runs there. */
  public record ProofJson(String by, String evidence, Instant at) {}

  /** Something that was found out when it was lost. */
  public record EvidenceJson(String text, Instant at) {}

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
        host.stateSince(),
        LivenessJson.from(host.liveness()));
  }
}
