package io.drover.bench.simulated;

import io.drover.protocol.v1.Capacity;
import io.drover.protocol.v1.Done;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.GuestVerified;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.HypervisorSupport;
import io.drover.protocol.v1.ImageSupport;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.RoundReported;
import io.drover.protocol.v1.SourceStopped;
import io.drover.protocol.v1.StartPreCopy;
import io.drover.protocol.v1.StopAndCopy;
import io.drover.protocol.v1.TargetPrepared;
import io.drover.protocol.v1.TargetReady;
import io.drover.protocol.v1.TransferTicket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A host without guests: it says what an agent says, in the agent's protocol, and every order
 * succeeds at once. Orders arrive on gRPC's threads.
 */
public final class SimulatedHost implements AutoCloseable {
  private static final String DIGEST = "00112233445566778899aabbccddeeff";
  private static final long IMAGE_BYTES = 4096;

  private final String area;
  private final String name;
  private final String incarnation;
  private final Map<String, SimulatedHost> targets; // of the fleet: migration id → its target
  private final Map<String, GuestStatus> guests = new ConcurrentHashMap<>();
  private volatile @Nullable SimulatedSession session;
  private volatile boolean silent;

  /**
   * Not connected yet.
   *
   * @param targets shared by all hosts of a run, so that a source can tell its target that it is
   *     ready
   */
  SimulatedHost(String area, String name, Map<String, SimulatedHost> targets) {
    this.area = area;
    this.name = name;
    this.incarnation = "simulated-" + name + "-" + Instant.now().toEpochMilli();
    this.targets = targets;
  }

  void connect(
      Gateways gateways,
      ScheduledExecutorService timer,
      RandomGenerator random,
      List<String> endpoints) {
    SimulatedSession opened =
        new SimulatedSession(gateways, timer, random, endpoints, this::hello, this::obey);
    session = opened;
    opened.open();
  }

  private Hello.Builder hello() {
    return Hello.newBuilder()
        .setProtocolVersion(1)
        .setArea(area)
        .setHostName(name)
        .setIncarnation(incarnation)
        .setStateId(incarnation)
        .setAgentVersion("simulated")
        .setCapacity(Capacity.newBuilder().setCpuMillis(1_000_000).setMemoryBytes(1L << 43))
        .addHypervisors(
            HypervisorSupport.newBuilder()
                .setKind("embedded")
                .setAvailable(true)
                .setVersion("simulated")
                .setAccelerator("wasm"))
        .addImages(
            ImageSupport.newBuilder()
                .setName("pulse")
                .setHypervisor("embedded")
                .setSizeBytes(IMAGE_BYTES)
                .setSha256("simulated")
                .setMinMemoryBytes(1 << 20)
                .setUsable(true))
        .setTransferEndpoint("127.0.0.1:1")
        .addAllGuests(guests.values());
  }

  boolean isWelcomed() {
    SimulatedSession open = session;
    return open != null && open.isWelcomed();
  }

  /** Whether it has its session there now. */
  public boolean isAt(String gateway) {
    SimulatedSession open = session;
    return open != null && open.isAt(gateway);
  }

  public String name() {
    return name;
  }

  /** How many guests it says it runs. */
  public int guests() {
    return guests.size();
  }

  void beat() {
    SimulatedSession open = session;
    if (!silent && open != null) {
      open.beatWhenDue();
    }
  }

  /** Says nothing more, and leaves the connection open: what a hung host looks like. */
  public void hang() {
    silent = true;
  }

  @Override
  public void close() {
    SimulatedSession open = session;
    if (open != null) {
      open.close();
    }
  }

  private void send(FromAgent message) {
    SimulatedSession open = session;
    if (open != null) {
      open.send(message);
    }
  }

  private void answer(Order order, OrderResult.Builder result) {
    send(FromAgent.newBuilder().setOrderResult(result.setOrderId(order.getOrderId())).build());
  }

  private void obey(Order order) {
    if (silent) {
      return;
    }
    OrderResult.Builder result = OrderResult.newBuilder();
    switch (order.getBodyCase()) {
      case RUN_GUEST ->
          answer(
              order,
              result.setGuest(
                  run(order.getRunGuest().getVmId(), order.getRunGuest().getRunEpoch())));
      case VERIFY_GUEST ->
          answer(order, result.setGuestVerified(verified(order.getVerifyGuest().getVmId())));
      case PREPARE_TARGET -> {
        targets.put(order.getPrepareTarget().getMigrationId(), this);
        TransferTicket ticket =
            TransferTicket.newBuilder().setEndpoint("127.0.0.1:1").setStreamId(1).build();
        answer(order, result.setTargetPrepared(TargetPrepared.newBuilder().setTicket(ticket)));
      }
      case START_PRE_COPY -> {
        answer(order, result.setDone(Done.getDefaultInstance()));
        reportRounds(order.getStartPreCopy());
      }
      case STOP_AND_COPY -> {
        answer(order, result.setSourceStopped(stopped()));
        tellTarget(order.getStopAndCopy());
      }
      case REMOVE_GUEST -> {
        guests.remove(order.getRemoveGuest().getVmId());
        answer(order, result.setDone(Done.getDefaultInstance()));
      }
      case STOP_GUEST -> {
        guests.remove(order.getStopGuest().getVmId());
        answer(order, result.setDone(Done.getDefaultInstance()));
      }
      case PAUSE_GUEST, ABORT_MIGRATION, READ_CONSOLE, BODY_NOT_SET ->
          answer(order, result.setDone(Done.getDefaultInstance()));
    }
  }

  private GuestStatus run(String vm, long runEpoch) {
    GuestStatus status =
        GuestStatus.newBuilder()
            .setVmId(vm)
            .setRunEpoch(runEpoch)
            .setState(GuestStatus.State.RUNNING)
            .setHypervisor("embedded")
            .setStartedAtUs(nowMicros())
            .build();
    guests.put(vm, status);
    return status;
  }

  private GuestVerified verified(String vm) {
    return GuestVerified.newBuilder()
        .setResumedAtUs(nowMicros())
        .setGuest(guests.getOrDefault(vm, GuestStatus.getDefaultInstance()))
        .build();
  }

  private void reportRounds(StartPreCopy order) {
    for (int round = 0; round < 2; round++) {
      RoundReported report =
          RoundReported.newBuilder()
              .setMigrationId(order.getMigrationId())
              .setRound(round)
              .setSentPages(round == 0 ? 1000 : 1)
              .setSentBytes(round == 0 ? 4_096_000 : 4096)
              .setBandwidthBytesPerS(1L << 30)
              .setDurationUs(100)
              .setPredictedBlackoutUs(1000)
              .build();
      send(FromAgent.newBuilder().setRoundReported(report).build());
    }
  }

  private static SourceStopped stopped() {
    return SourceStopped.newBuilder()
        .setDigest(DIGEST)
        .setPausedAtUs(nowMicros())
        .setTotalBytes(4_100_096)
        .build();
  }

  private void tellTarget(StopAndCopy order) {
    SimulatedHost target = targets.remove(order.getMigrationId());
    if (target != null) {
      target.send(
          FromAgent.newBuilder()
              .setTargetReady(
                  TargetReady.newBuilder()
                      .setMigrationId(order.getMigrationId())
                      .setDigest(DIGEST)
                      .setReadyAtUs(nowMicros()))
              .build());
    }
  }

  private static long nowMicros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }
}
