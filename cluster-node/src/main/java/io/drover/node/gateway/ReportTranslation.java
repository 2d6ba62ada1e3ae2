package io.drover.node.gateway;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.ImageArguments;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.lease.LeaseStatus;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MalformedIdException;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Heartbeat;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.HypervisorSupport;
import io.drover.protocol.v1.ImageArgument;
import io.drover.protocol.v1.ImageSupport;
import io.drover.protocol.v1.OrderFailure;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.OtherArguments;
import io.drover.protocol.v1.RoundReported;
import io.drover.protocol.v1.SourceStopped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** From the messages of an agent to the domain's words. Pure. */
final class ReportTranslation {
  private ReportTranslation() {}

  /**
   * What the agent said.
   *
   * @throws MalformedMessageException when an id is none, a number is out of range, or the kind of
   *     message is not known
   */
  static AgentReport fromProto(FromAgent message) {
    try {
      return switch (message.getBodyCase()) {
        case HELLO -> hello(message.getHello());
        case HEARTBEAT -> heartbeat(message.getHeartbeat());
        case ORDER_RESULT -> orderResult(message.getOrderResult());
        case GUEST_CHANGED ->
            new AgentReport.GuestChanged(guest(message.getGuestChanged().getGuest()));
        case ROUND_REPORTED -> roundReported(message.getRoundReported());
        case TRANSFER_FAILED -> {
          var m = message.getTransferFailed();
          yield new AgentReport.TransferFailed(
              MigrationId.parse(m.getMigrationId()), m.getSide(), m.getReason());
        }
        case TARGET_READY -> {
          var m = message.getTargetReady();
          yield new AgentReport.TargetReady(
              MigrationId.parse(m.getMigrationId()), m.getDigest(), instant(m.getReadyAtUs()));
        }
        case BODY_NOT_SET -> throw new MalformedMessageException("a message without a known body");
      };
    } catch (MalformedIdException e) {
      throw new MalformedMessageException(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new MalformedMessageException(message.getBodyCase() + ": " + e.getMessage());
    }
  }

  private static AgentReport hello(Hello m) {
    return new AgentReport.Hello(
        m.getArea(),
        m.getHostName(),
        m.getIncarnation(),
        m.getAgentVersion(),
        new Resources(m.getCapacity().getCpuMillis(), size(m.getCapacity().getMemoryBytes())),
        m.getHypervisorsList().stream().map(ReportTranslation::hypervisor).toList(),
        m.getImagesList().stream().map(ReportTranslation::image).toList(),
        m.getTransferEndpoint(),
        m.getGuestsList().stream().map(ReportTranslation::guest).toList(),
        new Epoch(m.getHighestControlEpoch()),
        m.getEndpointListVersion(),
        m.getLabelsMap(),
        m.getStateId(),
        m.getStateLost(),
        m.getWitnessEndpoint(),
        m.hasLease() ? Optional.of(lease(m.getLease())) : Optional.empty());
  }

  private static LeaseStatus lease(io.drover.protocol.v1.LeaseStatus m) {
    return new LeaseStatus(
        new Epoch(m.getLeaseEpoch()),
        m.getActiveVersion(),
        m.getPendingVersion(),
        m.getHeld(),
        Duration.ofMillis(Integer.toUnsignedLong(m.getRemainingMs())),
        m.getSilentWitnesses());
  }

  private static AgentReport.HypervisorSupport hypervisor(HypervisorSupport m) {
    return new AgentReport.HypervisorSupport(
        m.getKind(),
        m.getAvailable(),
        m.getUnavailableReason(),
        m.getVersion(),
        m.getAccelerator(),
        size(m.getMemoryGranuleBytes()),
        size(m.getMaxMemoryBytes()));
  }

  private static AgentReport.ImageSupport image(ImageSupport m) {
    return new AgentReport.ImageSupport(
        m.getName(),
        m.getHypervisor(),
        size(m.getSizeBytes()),
        m.getSha256(),
        size(m.getMinMemoryBytes()),
        m.getUsable(),
        m.getUnusableReason(),
        new ImageArguments(
            m.getArgumentsList().stream().map(ReportTranslation::argument).toList(),
            others(m.getOtherArguments())));
  }

  private static ImageArguments.Argument argument(ImageArgument m) {
    return new ImageArguments.Argument(
        m.getName(),
        m.getDescription(),
        m.getValuesList(),
        m.getDefaultValue(),
        m.getMin(),
        m.getMax());
  }

  private static ImageArguments.Others others(OtherArguments m) {
    return switch (m) {
      case OTHER_ARGUMENTS_NONE -> ImageArguments.Others.NONE;
      case OTHER_ARGUMENTS_WHOLE_NUMBERS -> ImageArguments.Others.WHOLE_NUMBERS;
      case OTHER_ARGUMENTS_WORDS -> ImageArguments.Others.WORDS;
      case OTHER_ARGUMENTS_UNKNOWN, UNRECOGNIZED -> ImageArguments.Others.UNKNOWN;
    };
  }

  private static AgentReport heartbeat(Heartbeat m) {
    return new AgentReport.Heartbeat(
        m.getSequence(),
        m.getLoad1M(),
        size(m.getMemoryUsedBytes()),
        m.getStaleOrdersRefused(),
        m.getEndpointListVersion(),
        m.hasLease() ? Optional.of(lease(m.getLease())) : Optional.empty());
  }

  private static AgentReport orderResult(OrderResult m) {
    return new AgentReport.OrderResult(
        m.getOrderId(),
        switch (m.getOutcomeCase()) {
          case DONE -> new Outcome.Done();
          case FAILURE ->
              new Outcome.Failed(failureCode(m.getFailure().getCode()), m.getFailure().getDetail());
          case GUEST -> new Outcome.Guest(guest(m.getGuest()));
          case CONSOLE ->
              new Outcome.Console(
                  m.getConsole().getStartOffset(), m.getConsole().getText().toByteArray());
          case TARGET_PREPARED -> {
            var ticket = m.getTargetPrepared().getTicket();
            yield new Outcome.TargetPrepared(
                new TransferTicket(ticket.getEndpoint(), ticket.getStreamId(), ticket.getToken()));
          }
          case SOURCE_STOPPED -> sourceStopped(m.getSourceStopped());
          case GUEST_VERIFIED ->
              new Outcome.GuestVerified(
                  instant(m.getGuestVerified().getResumedAtUs()),
                  micros(m.getGuestVerified().getGuestGapUs()),
                  guest(m.getGuestVerified().getGuest()));
          case OUTCOME_NOT_SET ->
              throw new MalformedMessageException(
                  "the result of order \"" + m.getOrderId() + "\" has no known outcome");
        });
  }

  private static AgentReport.FailureCode failureCode(OrderFailure.Code code) {
    return switch (code) {
      case STALE_CONTROL_EPOCH -> AgentReport.FailureCode.STALE_CONTROL_EPOCH;
      case STALE_RUN_EPOCH -> AgentReport.FailureCode.STALE_RUN_EPOCH;
      case NO_SUCH_GUEST -> AgentReport.FailureCode.NO_SUCH_GUEST;
      case NO_SUCH_TRANSFER -> AgentReport.FailureCode.NO_SUCH_TRANSFER;
      case INSUFFICIENT_RESOURCES -> AgentReport.FailureCode.INSUFFICIENT_RESOURCES;
      case IMAGE_UNUSABLE -> AgentReport.FailureCode.IMAGE_UNUSABLE;
      case HYPERVISOR_FAILED -> AgentReport.FailureCode.HYPERVISOR_FAILED;
      case TRANSFER_FAILED -> AgentReport.FailureCode.TRANSFER_FAILED;
      case DEADLINE_EXCEEDED -> AgentReport.FailureCode.DEADLINE_EXCEEDED;
      case INVALID_STATE -> AgentReport.FailureCode.INVALID_STATE;
      case LEASE_NOT_HELD -> AgentReport.FailureCode.LEASE_NOT_HELD;
      // a code of a later release still is a failure
      case INTERNAL, CODE_UNSPECIFIED, UNRECOGNIZED -> AgentReport.FailureCode.INTERNAL;
    };
  }

  private static Outcome sourceStopped(SourceStopped m) {
    return new Outcome.SourceStopped(
        m.getDigest(),
        instant(m.getPausedAtUs()),
        m.getFinalPages(),
        size(m.getFinalBytes()),
        size(m.getDeviceStateBytes()),
        size(m.getTotalBytes()),
        micros(m.getHypervisorDowntimeUs()),
        micros(m.getPauseUs()),
        micros(m.getFinalCopyUs()),
        micros(m.getDeviceStateUs()));
  }

  private static AgentReport roundReported(RoundReported m) {
    return new AgentReport.RoundReported(
        MigrationId.parse(m.getMigrationId()),
        new AgentReport.Round(
            m.getRound(),
            m.getSentPages(),
            m.getZeroPages(),
            size(m.getSentBytes()),
            m.getRemainingPages(),
            m.getDirtyPagesPerS(),
            new DataRate(m.getBandwidthBytesPerS()),
            micros(m.getDurationUs()),
            micros(m.getPredictedBlackoutUs())));
  }

  private static AgentReport.GuestStatus guest(GuestStatus m) {
    return new AgentReport.GuestStatus(
        VmId.parse(m.getVmId()),
        new Epoch(m.getRunEpoch()),
        guestState(m),
        m.getReason(),
        m.getHypervisor(),
        m.getMigrationId().isEmpty()
            ? Optional.empty()
            : Optional.of(MigrationId.parse(m.getMigrationId())),
        m.getReportMap(),
        instant(m.getStartedAtUs()));
  }

  private static AgentReport.GuestState guestState(GuestStatus m) {
    return switch (m.getState()) {
      case STARTING -> AgentReport.GuestState.STARTING;
      case RUNNING -> AgentReport.GuestState.RUNNING;
      case PAUSED -> AgentReport.GuestState.PAUSED;
      case INCOMING -> AgentReport.GuestState.INCOMING;
      case ENDED -> AgentReport.GuestState.ENDED;
      case STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new MalformedMessageException(
              "the guest of " + m.getVmId() + " has no known state: " + m.getStateValue());
    };
  }

  private static ByteSize size(long bytes) {
    return new ByteSize(bytes);
  }

  private static Duration micros(long micros) {
    return Duration.of(micros, ChronoUnit.MICROS);
  }

  private static Instant instant(long microsSince1970) {
    return Instant.EPOCH.plus(microsSince1970, ChronoUnit.MICROS);
  }
}
