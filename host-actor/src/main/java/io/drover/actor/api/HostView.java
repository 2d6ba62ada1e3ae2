package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Lease;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A host as the API shows it.
 *
 * @param claims what is promised to VMs and migrations; always within capacity
 * @param staleOrdersRefused orders of an older control epoch that the agent refused
 */
public record HostView(
    HostId id,
    long version,
    State state,
    boolean cordoned,
    Resources capacity,
    Resources claimed,
    List<Claim> claims,
    Epoch controlEpoch,
    String incarnation,
    String agentVersion,
    List<HypervisorSupport> hypervisors,
    List<ImageSupport> images,
    String transferEndpoint,
    Map<String, String> labels,
    long staleOrdersRefused,
    Optional<Instant> lastHeartbeat,
    Instant stateSince,
    Liveness liveness)
    implements CborSerializable {
  public HostView {
    liveness = Objects.requireNonNullElse(liveness, Liveness.UNKNOWN); // null in older views
    claims = List.copyOf(claims);
    hypervisors = List.copyOf(hypervisors);
    images = List.copyOf(images);
    labels = Map.copyOf(labels);
  }

  /**
   * Capacity promised to somebody.
   *
   * @param owner id of the VM or migration
   */
  public record Claim(String owner, Resources resources) implements CborSerializable {}

  /** Something that was found out about a host that was lost. */
  public record Evidence(String text, Instant at) implements CborSerializable {}

  /**
   * What is known of whether it lives.
   *
   * @param reason why it is in its state; empty when there is nothing to say
   * @param lease what was agreed; empty = it has none, and {@code reason} may say why
   * @param leaseHeld as its agent said last
   * @param fenced the proof that nothing runs there; empty = it may
   * @param evidence of past losses, the newest last
   */
  public record Liveness(
      String reason,
      Optional<Lease> lease,
      boolean leaseHeld,
      Optional<FenceProof> fenced,
      List<Evidence> evidence)
      implements CborSerializable {
    public static final Liveness UNKNOWN =
        new Liveness("", Optional.empty(), false, Optional.empty(), List.of());

    public Liveness {
      evidence = List.copyOf(evidence);
    }
  }

  /** Whether its agent is there, and if not, what is being done about it. */
  public enum State {
    CONNECTED,
    /** No session; its guests run on, and nothing proves otherwise. */
    DISCONNECTED,
    /** No session; its witnesses are being asked. */
    SUSPECT,
    /** Its witnesses hear it: only our own path to it is broken. */
    CONTROL_PATH_BROKEN,
    /** Nobody hears it, and it may not be fenced now. */
    FENCING_HELD,
    /** Its lease is being revoked, or runs out. */
    REVOKING,
    /** It is proven that no guest runs there that may be restarted elsewhere. */
    FENCED
  }
}
