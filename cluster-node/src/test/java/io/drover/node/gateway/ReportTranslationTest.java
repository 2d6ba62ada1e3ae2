package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.ImageArguments;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.lease.LeaseStatus;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.Capacity;
import io.drover.protocol.v1.ConsoleText;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestChanged;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.GuestVerified;
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
import io.drover.protocol.v1.TargetPrepared;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferFailed;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReportTranslationTest {
  private static final io.drover.protocol.v1.LeaseStatus LEASE =
      io.drover.protocol.v1.LeaseStatus.newBuilder()
          .setLeaseEpoch(3)
          .setActiveVersion(4)
          .setPendingVersion(5)
          .setHeld(true)
          .setRemainingMs(5900)
          .setSilentWitnesses(2)
          .build();
  private static final LeaseStatus STATUS =
      new LeaseStatus(new Epoch(3), 4, 5, true, Duration.ofMillis(5900), 2);

  private static final VmId VM = VmId.parse("vm-north-03-01k0000000000000000000000a");
  private static final MigrationId MIGRATION =
      MigrationId.parse("mig-north-03-01k0000000000000000000000b");
  private static final Instant T1 = Instant.parse("2026-11-22T10:00:00.000001Z");
  private static final long T1_US = 1_795_341_600_000_001L;

  private static final GuestStatus GUEST =
      GuestStatus.newBuilder()
          .setVmId(VM.text())
          .setRunEpoch(3)
          .setState(GuestStatus.State.PAUSED)
          .setReason("migrating")
          .setHypervisor("embedded")
          .setMigrationId(MIGRATION.text())
          .putReport("beats", "12")
          .setStartedAtUs(T1_US)
          .build();
  private static final AgentReport.GuestStatus GUEST_REPORT =
      new AgentReport.GuestStatus(
          VM,
          new Epoch(3),
          GuestState.PAUSED,
          "migrating",
          "embedded",
          Optional.of(MIGRATION),
          Map.of("beats", "12"),
          T1);

  @Test
  void shouldTranslateHello() {
    Hello hello =
        Hello.newBuilder()
            .setProtocolVersion(1)
            .setArea("north")
            .setHostName("h1")
            .setIncarnation("01k")
            .setAgentVersion("0.1")
            .setCapacity(Capacity.newBuilder().setCpuMillis(4000).setMemoryBytes(1 << 30))
            .addHypervisors(
                HypervisorSupport.newBuilder()
                    .setKind("qemu")
                    .setUnavailableReason("not installed")
                    .setVersion("7.2")
                    .setAccelerator("tcg")
                    .setMemoryGranuleBytes(1 << 20)
                    .setMaxMemoryBytes(1 << 30))
            .addImages(
                ImageSupport.newBuilder()
                    .setName("pulse")
                    .setHypervisor("embedded")
                    .setSizeBytes(4096)
                    .setSha256("ab")
                    .setMinMemoryBytes(65536)
                    .setUsable(true)
                    .setUnusableReason("")
                    .addArguments(
                        ImageArgument.newBuilder()
                            .setName("mode")
                            .setDescription("how")
                            .addValues("steady")
                            .setDefaultValue("steady")
                            .setMin(-1)
                            .setMax(9))
                    .setOtherArguments(OtherArguments.OTHER_ARGUMENTS_WORDS))
            .setTransferEndpoint("127.0.0.1:4")
            .addGuests(GUEST)
            .setHighestControlEpoch(9)
            .setEndpointListVersion(5)
            .putLabels("rack", "r1")
            .setStateId("01s")
            .setStateLost(true)
            .setWitnessEndpoint("127.0.0.1:7300")
            .setLease(LEASE)
            .build();
    assertThat(translate(FromAgent.newBuilder().setHello(hello)))
        .isEqualTo(
            new AgentReport.Hello(
                "north",
                "h1",
                "01k",
                "0.1",
                new Resources(4000, new ByteSize(1 << 30)),
                List.of(
                    new AgentReport.HypervisorSupport(
                        "qemu",
                        false,
                        "not installed",
                        "7.2",
                        "tcg",
                        new ByteSize(1 << 20),
                        new ByteSize(1 << 30))),
                List.of(
                    new AgentReport.ImageSupport(
                        "pulse",
                        "embedded",
                        new ByteSize(4096),
                        "ab",
                        new ByteSize(65536),
                        true,
                        "",
                        new ImageArguments(
                            List.of(
                                new ImageArguments.Argument(
                                    "mode", "how", List.of("steady"), "steady", -1, 9)),
                            ImageArguments.Others.WORDS))),
                "127.0.0.1:4",
                List.of(GUEST_REPORT),
                new Epoch(9),
                5,
                Map.of("rack", "r1"),
                "01s",
                true,
                "127.0.0.1:7300",
                Optional.of(STATUS)));
  }

  @ParameterizedTest
  @CsvSource({
    "OTHER_ARGUMENTS_UNKNOWN, UNKNOWN",
    "OTHER_ARGUMENTS_NONE, NONE",
    "OTHER_ARGUMENTS_WHOLE_NUMBERS, WHOLE_NUMBERS",
    "OTHER_ARGUMENTS_WORDS, WORDS"
  })
  void shouldTranslateWhatElseAVmMaySet(OtherArguments said, ImageArguments.Others heard) {
    Hello hello =
        Hello.newBuilder()
            .setArea("north")
            .setHostName("h1")
            .addImages(ImageSupport.newBuilder().setName("i").setOtherArguments(said))
            .build();

    assertThat(((AgentReport.Hello) translate(FromAgent.newBuilder().setHello(hello))).images())
        .extracting(AgentReport.ImageSupport::arguments)
        .containsExactly(new ImageArguments(List.of(), heard));
  }

  @Test
  void shouldTranslateProgress() {
    assertThat(
            translate(
                FromAgent.newBuilder()
                    .setHeartbeat(
                        Heartbeat.newBuilder()
                            .setSequence(1)
                            .setLoad1M(0.5)
                            .setMemoryUsedBytes(7)
                            .setStaleOrdersRefused(2)
                            .setEndpointListVersion(3)
                            .setLease(LEASE))))
        .isEqualTo(new AgentReport.Heartbeat(1, 0.5, new ByteSize(7), 2, 3, Optional.of(STATUS)));
    assertThat(
            translate(
                FromAgent.newBuilder().setGuestChanged(GuestChanged.newBuilder().setGuest(GUEST))))
        .isEqualTo(new AgentReport.GuestChanged(GUEST_REPORT));
    assertThat(
            translate(
                FromAgent.newBuilder()
                    .setRoundReported(
                        RoundReported.newBuilder()
                            .setMigrationId(MIGRATION.text())
                            .setRound(1)
                            .setSentPages(2)
                            .setZeroPages(3)
                            .setSentBytes(4)
                            .setRemainingPages(5)
                            .setDirtyPagesPerS(6.5)
                            .setBandwidthBytesPerS(7)
                            .setDurationUs(8)
                            .setPredictedBlackoutUs(9))))
        .isEqualTo(
            new AgentReport.RoundReported(
                MIGRATION,
                new AgentReport.Round(
                    1,
                    2,
                    3,
                    new ByteSize(4),
                    5,
                    6.5,
                    new DataRate(7),
                    Duration.ofNanos(8_000),
                    Duration.ofNanos(9_000))));
    assertThat(
            translate(
                FromAgent.newBuilder()
                    .setTransferFailed(
                        TransferFailed.newBuilder()
                            .setMigrationId(MIGRATION.text())
                            .setSide("source")
                            .setReason("gone"))))
        .isEqualTo(new AgentReport.TransferFailed(MIGRATION, "source", "gone"));
    assertThat(
            translate(
                FromAgent.newBuilder()
                    .setTargetReady(
                        TargetReady.newBuilder()
                            .setMigrationId(MIGRATION.text())
                            .setDigest("d")
                            .setReadyAtUs(T1_US))))
        .isEqualTo(new AgentReport.TargetReady(MIGRATION, "d", T1));
  }

  @Test
  void shouldTranslateEveryOutcomeOfAnOrder() {
    assertThat(outcome(result().setDone(Done.getDefaultInstance()))).isEqualTo(new Outcome.Done());
    assertThat(outcome(result().setGuest(GUEST))).isEqualTo(new Outcome.Guest(GUEST_REPORT));
    Outcome.Console console =
        (Outcome.Console)
            outcome(
                result()
                    .setConsole(
                        ConsoleText.newBuilder()
                            .setStartOffset(4)
                            .setText(ByteString.copyFromUtf8("hi"))));
    assertThat(console.startOffset()).isEqualTo(4);
    assertThat(console.text()).asString().isEqualTo("hi");
    assertThat(
            outcome(
                result()
                    .setTargetPrepared(
                        TargetPrepared.newBuilder()
                            .setTicket(
                                io.drover.protocol.v1.TransferTicket.newBuilder()
                                    .setEndpoint("e:1")
                                    .setStreamId(2)
                                    .setToken(-3)))))
        .isEqualTo(new Outcome.TargetPrepared(new TransferTicket("e:1", 2, -3)));
    assertThat(
            outcome(
                result()
                    .setSourceStopped(
                        SourceStopped.newBuilder()
                            .setDigest("d")
                            .setPausedAtUs(T1_US)
                            .setFinalPages(1)
                            .setFinalBytes(2)
                            .setDeviceStateBytes(3)
                            .setTotalBytes(4)
                            .setHypervisorDowntimeUs(5)
                            .setPauseUs(6)
                            .setFinalCopyUs(7)
                            .setDeviceStateUs(8))))
        .isEqualTo(
            new Outcome.SourceStopped(
                "d",
                T1,
                1,
                new ByteSize(2),
                new ByteSize(3),
                new ByteSize(4),
                Duration.ofNanos(5_000),
                Duration.ofNanos(6_000),
                Duration.ofNanos(7_000),
                Duration.ofNanos(8_000)));
    assertThat(
            outcome(
                result()
                    .setGuestVerified(
                        GuestVerified.newBuilder()
                            .setResumedAtUs(T1_US)
                            .setGuestGapUs(11)
                            .setGuest(GUEST))))
        .isEqualTo(new Outcome.GuestVerified(T1, Duration.ofNanos(11_000), GUEST_REPORT));
  }

  @Test
  void shouldTranslateEveryFailureCodeAndGuestStateByName() {
    Set<FailureCode> codes = EnumSet.noneOf(FailureCode.class);
    for (OrderFailure.Code code : OrderFailure.Code.values()) {
      if (code != OrderFailure.Code.CODE_UNSPECIFIED && code != OrderFailure.Code.UNRECOGNIZED) {
        Outcome outcome =
            outcome(result().setFailure(OrderFailure.newBuilder().setCode(code).setDetail("x")));
        assertThat(outcome).isEqualTo(new Outcome.Failed(FailureCode.valueOf(code.name()), "x"));
        codes.add(((Outcome.Failed) outcome).code());
      }
    }
    assertThat(codes).containsExactlyInAnyOrder(FailureCode.values());
    assertThat(namesOf(GuestStatus.State.getDescriptor().getValues()))
        .containsExactlyInAnyOrderElementsOf(
            EnumSet.allOf(GuestState.class).stream().map(Enum::name).toList());
  }

  @Test
  void shouldTreatAFailureOfALaterReleaseAsAFailure() {
    assertThat(outcome(result().setFailure(OrderFailure.newBuilder().setCodeValue(99))))
        .isEqualTo(new Outcome.Failed(FailureCode.INTERNAL, ""));
  }

  @Test
  void shouldNameWhatIsMalformed() {
    assertThatThrownBy(() -> translate(FromAgent.newBuilder()))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("a message without a known body");
    assertThatThrownBy(() -> outcome(result()))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("the result of order \"o1\" has no known outcome");
    assertThatThrownBy(() -> outcome(result().setGuest(GUEST.toBuilder().setStateValue(77))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("has no known state: 77");
    assertThatThrownBy(() ->
            translate(
                FromAgent.newBuilder().setHeartbeat(Heartbeat.newBuilder().setMemoryUsedBytes(-1))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("HEARTBEAT: size must not be negative");
  }

  private static OrderResult.Builder result() {
    return OrderResult.newBuilder().setOrderId("o1");
  }

  private static Outcome outcome(OrderResult.Builder result) {
    AgentReport.OrderResult report =
        (AgentReport.OrderResult) translate(FromAgent.newBuilder().setOrderResult(result));
    assertThat(report.orderId()).isEqualTo("o1");
    return report.outcome();
  }

  private static AgentReport translate(FromAgent.Builder message) {
    return ReportTranslation.fromProto(message.build());
  }

  private static Set<String> namesOf(List<EnumValueDescriptor> values) {
    return values.stream()
        .filter(value -> value.getNumber() != 0)
        .map(EnumValueDescriptor::getName)
        .collect(Collectors.toSet());
  }
}
