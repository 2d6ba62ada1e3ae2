package io.drover.agent;

import static io.drover.agent.fake.Samples.VM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.drover.agent.fake.Orders;
import io.drover.agent.fake.ScriptedControlPlane;
import io.drover.agent.guest.GuestSpec;
import io.drover.config.settings.SettingsFile;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.SourceStopped;
import io.drover.protocol.v1.TargetReady;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two real agents: WebAssembly guests, Aeron streams, gRPC sessions. Only their order is ours. */
class LiveMigrationTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int MOVES = 4;
  private static final GuestSpec PULSE =
      new GuestSpec(VM, "pulse", new Resources(1_000, ByteSize.ofMib(32)), Map.of("pages", "2000"));

  /** An agent and the control plane it talks to. */
  private record Host(HostAgent agent, ScriptedControlPlane control) {}

  @TempDir private Path directory;
  private List<Host> hosts = List.of();
  private int orders;

  @BeforeEach
  void startHosts() {
    hosts = List.of(start("h1"), start("h2"));
    hosts.forEach(host -> host.control.await(FromAgent::hasHeartbeat));
  }

  @AfterEach
  void closeHosts() {
    hosts.forEach(host -> host.agent.close());
    hosts.forEach(host -> host.control.close());
  }

  private Host start(String name) {
    ScriptedControlPlane control = ScriptedControlPlane.start(1);
    Config settings =
        ConfigFactory.parseMap(
                Map.of(
                    "drover.agent.name",
                    name,
                    "drover.agent.state-dir",
                    directory.resolve(name).toString(),
                    "drover.agent.capacity.memory",
                    "256MiB"))
            .withValue(
                "drover.agent.control-endpoints",
                ConfigValueFactory.fromIterable(List.of(control.endpoint().toString())))
            .withFallback(SettingsFile.load(Optional.empty()));
    return new Host(HostAgent.start(settings), control);
  }

  private OrderResult execute(Host host, Order.Builder order) {
    return host.control.execute("order/" + ++orders, order);
  }

  private Map<String, String> report(Host host, long epoch) {
    OrderResult verified = execute(host, Orders.verify(VM, epoch, LONG));
    assertThat(verified.hasGuestVerified()).as("%s", verified).isTrue();
    return verified.getGuestVerified().getGuest().getReportMap();
  }

  private void awaitBeats(Host host, long beats) {
    await()
        .atMost(LONG)
        .until(() ->
            host.control.hasReceived(m ->
                m.hasGuestChanged()
                    && m.getGuestChanged().getGuest().getState() == GuestStatus.State.RUNNING
                    && beats(m.getGuestChanged().getGuest().getReportMap()) > beats));
  }

  private static long beats(Map<String, String> report) {
    return Long.parseLong(report.getOrDefault("beats", "0"));
  }

  @Test
  void shouldMoveAPulseBackAndForthWithoutLosingRepeatingOrDamagingABeat() {
    OrderResult booted = execute(hosts.get(0), Orders.boot(PULSE, 1));
    assertThat(booted.getGuest().getState()).as("%s", booted).isEqualTo(GuestStatus.State.RUNNING);
    awaitBeats(hosts.get(0), 200);

    long beats = 0;
    for (int move = 1; move <= MOVES; move++) {
      Host source = hosts.get((move + 1) % 2);
      Host target = hosts.get(move % 2);
      migrate(source, target, move);
      Map<String, String> report = report(target, move + 1);
      assertThat(report)
          .containsEntry("lost", "0")
          .containsEntry("repeated", "0")
          .containsEntry("corrupted", "0");
      assertThat(beats(report)).isGreaterThan(beats);
      beats = beats(report);
    }
  }

  private void migrate(Host source, Host target, int epoch) {
    OrderResult prepared = execute(target, Orders.prepare(PULSE, epoch));
    assertThat(prepared.hasTargetPrepared()).as("%s", prepared).isTrue();
    long readyBefore = target.control.count(FromAgent::hasTargetReady);
    long roundsBefore = source.control.count(FromAgent::hasRoundReported);
    OrderResult started =
        execute(source, Orders.startPreCopy(VM, epoch, prepared.getTargetPrepared().getTicket()));
    assertThat(started.hasDone()).as("%s", started).isTrue();
    await()
        .atMost(LONG)
        .until(() -> source.control.count(FromAgent::hasRoundReported) >= roundsBefore + 2);

    OrderResult result = execute(source, Orders.stopAndCopy(VM, epoch, LONG));
    assertThat(result.hasSourceStopped()).as("%s", result).isTrue();
    SourceStopped stopped = result.getSourceStopped();
    await().atMost(LONG).until(() -> target.control.count(FromAgent::hasTargetReady) > readyBefore);
    TargetReady ready = target.control.last(FromAgent::hasTargetReady).getTargetReady();
    assertThat(ready.getDigest()).isEqualTo(stopped.getDigest()).hasSize(32);
    assertThat(stopped.getDeviceStateBytes()).isPositive();
    assertThat(stopped.getTotalBytes()).isPositive();

    OrderResult active = execute(target, Orders.activate(PULSE, epoch + 1));
    assertThat(active.getGuest().getState()).as("%s", active).isEqualTo(GuestStatus.State.RUNNING);
    assertThat(execute(source, Orders.remove(VM, epoch)).hasDone()).isTrue();
  }
}
