package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.actor.lease.LeaseStatus;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What an agent says. */
public sealed interface AgentReport extends CborSerializable {

  /**
   * First on every session.
   *
   * @param witnessEndpoint where it vouches for other hosts; empty = it does not
   * @param lease empty when it takes none
   */
  record Hello(
      String area,
      String hostName,
      String incarnation,
      String agentVersion,
      Resources capacity,
      List<HypervisorSupport> hypervisors,
      List<ImageSupport> images,
      String transferEndpoint,
      List<GuestStatus> guests,
      Epoch highestControlEpoch,
      long endpointListVersion,
      Map<String, String> labels,
      String stateId,
      boolean stateLost,
      String witnessEndpoint,
      Optional<LeaseStatus> lease)
      implements AgentReport {
    public Hello {
      hypervisors = List.copyOf(hypervisors);
      images = List.copyOf(images);
      guests = List.copyOf(guests);
      labels = Map.copyOf(labels);
    }
  }

  record Heartbeat(
      long sequence,
      double load1m,
      ByteSize memoryUsed,
      long staleOrdersRefused,
      long endpointListVersion,
      Optional<LeaseStatus> lease)
      implements AgentReport {}

  record OrderResult(String orderId, Outcome outcome) implements AgentReport {}

  record GuestChanged(GuestStatus guest) implements AgentReport {}

  record RoundReported(MigrationId migration, Round round) implements AgentReport {}

  record TransferFailed(MigrationId migration, String side, String reason) implements AgentReport {}

  record TargetReady(MigrationId migration, String digest, Instant readyAt)
      implements AgentReport {}

  /** How an order ended. */
  sealed interface Outcome extends CborSerializable {
    record Done() implements Outcome {}

    record Failed(FailureCode code, String detail) implements Outcome {}

    record Guest(GuestStatus status) implements Outcome {}

    record Console(long startOffset, byte[] text) implements Outcome {}

    record TargetPrepared(TransferTicket ticket) implements Outcome {}

    record SourceStopped(
        String digest,
        Instant pausedAt,
        long finalPages,
        ByteSize finalBytes,
        ByteSize deviceStateBytes,
        ByteSize totalBytes,
        Duration hypervisorDowntime,
        Duration pause,
        Duration finalCopy,
        Duration deviceState)
        implements Outcome {}

    record GuestVerified(Instant resumedAt, Duration guestGap, GuestStatus status)
        implements Outcome {}
  }

  enum FailureCode {
    STALE_CONTROL_EPOCH,
    STALE_RUN_EPOCH,
    NO_SUCH_GUEST,
    NO_SUCH_TRANSFER,
    INSUFFICIENT_RESOURCES,
    IMAGE_UNUSABLE,
    HYPERVISOR_FAILED,
    TRANSFER_FAILED,
    DEADLINE_EXCEEDED,
    INVALID_STATE,
    /** Nothing was done; the same order succeeds once the host holds its lease. */
    LEASE_NOT_HELD,
    INTERNAL
  }

  /**
   * A hypervisor of a host.
   *
   * @param memoryGranule of which a guest's memory is a multiple; zero when the agent does not say
   * @param maxMemory of one guest; zero = no limit
   */
  record HypervisorSupport(
      String kind,
      boolean available,
      String reason,
      String version,
      String accelerator,
      ByteSize memoryGranule,
      ByteSize maxMemory)
      implements CborSerializable {
    public HypervisorSupport { // null in older events
      memoryGranule = Objects.requireNonNullElse(memoryGranule, ByteSize.ZERO);
      maxMemory = Objects.requireNonNullElse(maxMemory, ByteSize.ZERO);
    }
  }

  record ImageSupport(
      String name,
      String hypervisor,
      ByteSize size,
      String sha256,
      ByteSize minMemory,
      boolean usable,
      String reason,
      ImageArguments arguments)
      implements CborSerializable {
    public ImageSupport {
      arguments = Objects.requireNonNullElse(arguments, ImageArguments.UNKNOWN); // older events
    }
  }

  record GuestStatus(
      VmId vm,
      Epoch runEpoch,
      GuestState state,
      String reason,
      String hypervisor,
      Optional<MigrationId> migration,
      Map<String, String> report,
      Instant startedAt)
      implements CborSerializable {
    public GuestStatus {
      report = Map.copyOf(report);
    }
  }

  enum GuestState {
    STARTING,
    RUNNING,
    PAUSED,
    INCOMING,
    ENDED
  }

  /** Progress of one pre-copy round; never journaled. */
  record Round(
      int round,
      long sentPages,
      long zeroPages,
      ByteSize sentBytes,
      long remainingPages,
      double dirtyPagesPerSecond,
      DataRate bandwidth,
      Duration duration,
      Duration predictedBlackout)
      implements CborSerializable {}
}
