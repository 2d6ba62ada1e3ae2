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
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.SourceStopped;
import io.drover.protocol.v1.TargetReady;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two real agents whose control planes do what a test says: all but the decisions is the product.
 */
final class RealHosts implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(60);

  private final Path directory;
  private final Map<String, String> overrides;
  private final List<ScriptedControlPlane> controls = new ArrayList<>();
  private final List<HostAgent> agents = new ArrayList<>();
  private int orders;

  RealHosts(Path directory, Map<String, String> overrides) {
    this.directory = directory;
    this.overrides = overrides;
    for (int host = 0; host < 2; host++) {
      controls.add(ScriptedControlPlane.start(1));
      agents.add(start(host));
    }
    controls.forEach(control -> control.await(FromAgent::hasHeartbeat));
  }

  private HostAgent start(int host) {
    String name = "t" + ProcessHandle.current().pid() + "-" + host;
    Config settings =
        ConfigFactory.parseMap(overrides)
            .withValue("drover.agent.name", ConfigValueFactory.fromAnyRef(name))
            .withValue(
                "drover.agent.state-dir",
                ConfigValueFactory.fromAnyRef(directory.resolve(name).toString()))
            .withValue(
                "drover.agent.control-endpoints",
                ConfigValueFactory.fromIterable(List.of(control(host).endpoint().toString())))
            .withFallback(SettingsFile.load(Optional.empty()));
    return HostAgent.start(settings);
  }

  ScriptedControlPlane control(int host) {
    return controls.get(host);
  }

  /** Ends an agent and starts the next one in its place; returns what that one found. */
  List<GuestStatus> restart(int host) {
    int before = control(host).helloCount();
    agents.get(host).close();
    agents.set(host, start(host));
    return control(host).awaitHello(before + 1).getGuestsList();
  }

  OrderResult execute(int host, Order.Builder order) {
    return control(host).execute("order/" + ++orders, order);
  }

  void boot(int host, GuestSpec spec) {
    OrderResult booted = execute(host, Orders.boot(spec, 1));
    assertThat(booted.getGuest().getState()).as("%s", booted).isEqualTo(GuestStatus.State.RUNNING);
  }

  /** Waits for the guest's heartbeat, and returns what it says about itself. */
  Map<String, String> verify(int host, long epoch) {
    OrderResult verified = execute(host, Orders.verify(VM, epoch, LONG));
    assertThat(verified.hasGuestVerified()).as("%s", verified).isTrue();
    return verified.getGuestVerified().getGuest().getReportMap();
  }

  void awaitReport(int host, String key, long above) {
    await()
        .atMost(LONG)
        .until(() ->
            control(host)
                .hasReceived(m ->
                    m.hasGuestChanged()
                        && figure(m.getGuestChanged().getGuest().getReportMap(), key) > above));
  }

  static long figure(Map<String, String> report, String key) {
    return (long) Double.parseDouble(report.getOrDefault(key, "0"));
  }

  /** Moves the guest that runs under this epoch; it runs under the next one afterwards. */
  void migrate(int source, int target, GuestSpec spec, long epoch) {
    OrderResult prepared = execute(target, Orders.prepare(spec, epoch));
    assertThat(prepared.hasTargetPrepared()).as("%s", prepared).isTrue();
    final long readyBefore = control(target).count(FromAgent::hasTargetReady);
    final long roundsBefore = control(source).count(FromAgent::hasRoundReported);
    OrderResult started =
        execute(source, Orders.startPreCopy(VM, epoch, prepared.getTargetPrepared().getTicket()));
    assertThat(started.hasDone()).as("%s", started).isTrue();
    await()
        .atMost(LONG)
        .until(() -> control(source).count(FromAgent::hasRoundReported) >= roundsBefore + 2);

    OrderResult result = execute(source, Orders.stopAndCopy(VM, epoch, LONG));
    assertThat(result.hasSourceStopped()).as("%s", result).isTrue();
    SourceStopped stopped = result.getSourceStopped();
    await()
        .atMost(LONG)
        .until(() -> control(target).count(FromAgent::hasTargetReady) > readyBefore);
    TargetReady ready = control(target).last(FromAgent::hasTargetReady).getTargetReady();
    assertThat(ready.getDigest()).isEqualTo(stopped.getDigest()).hasSize(32);
    assertThat(stopped.getDeviceStateBytes()).isPositive();
    assertThat(stopped.getTotalBytes()).isPositive();

    OrderResult active = execute(target, Orders.activate(spec, epoch + 1));
    assertThat(active.getGuest().getState()).as("%s", active).isEqualTo(GuestStatus.State.RUNNING);
    assertThat(execute(source, Orders.remove(VM, epoch)).hasDone()).isTrue();
  }

  @Override
  public void close() {
    agents.forEach(HostAgent::close);
    controls.forEach(ScriptedControlPlane::close);
  }
}
