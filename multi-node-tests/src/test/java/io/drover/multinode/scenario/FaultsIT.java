package io.drover.multinode.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.config.units.ByteSize;
import io.drover.multinode.check.SingleRunner;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.harness.FleetProcess;
import io.drover.multinode.harness.HostMachine;
import io.drover.multinode.network.Namespaces;
import io.drover.multinode.network.Place;
import io.drover.multinode.network.Shell;
import io.drover.multinode.witness.Testimony.Died;
import io.drover.multinode.witness.Testimony.Effect;
import io.drover.multinode.witness.WitnessImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** That each fault does what it says: a nemesis that hurts nobody would prove nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String HOST = "north-h1";
  private static final String NODE = "north-n1";

  private Fleet fleet;
  private FleetClient client;

  @BeforeAll
  void startFleet() {
    Optional<String> reason = Namespaces.reasonAgainst();
    boolean isRequired = "true".equals(System.getenv("CI")) && Shell.isRoot();
    assumeTrue(reason.isEmpty() || isRequired, () -> "no namespaces: " + reason.orElse(""));
    fleet =
        Fleet.aFleet()
            .controlNodes(1)
            .hosts(2)
            .onPostgresql()
            .inNamespaces()
            .witnessed()
            .disturbed()
            .agentDisk(new ByteSize(8L << 20))
            .start(Directories.fresh("faults"));
    fleet.awaitReady();
    client = fleet.anyClient();
  }

  @AfterEach
  void heal() {
    fleet.heal();
    fleet.awaitReady();
  }

  @AfterAll
  void stopFleet() {
    if (fleet != null) {
      fleet.close();
    }
  }

  private String state(String host) {
    String id = client.hostId("north", host.substring("north-".length()));
    return client.get("/v1/hosts/" + id).expectSuccess(id).path("state").asText();
  }

  private void awaitState(String host, String state) {
    Awaitility.await(host + " to be " + state)
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .untilAsserted(() -> assertThat(state(host)).isEqualTo(state));
  }

  private static boolean canConnect(Place from, FleetProcess to, int port) {
    // bash's own sockets: nothing needs to be installed in the namespace
    String address = to.place().address();
    String connect = "echo > /dev/tcp/%s/%d".formatted(address, port);
    List<String> command = from.command(List.of("timeout", "1", "bash", "-c", connect));
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void shouldCutOffBothDirectionsUntilItIsHealed() {
    int gateway = fleet.node(NODE).gatewayPort();
    FleetProcess node = fleet.process(NODE);
    assertThat(canConnect(fleet.process(HOST).place(), node, gateway)).isTrue();

    fleet.partition(HOST, NODE);

    assertThat(canConnect(fleet.process(HOST).place(), node, gateway)).isFalse();
    assertThat(canConnect(fleet.process("north-h2").place(), node, gateway)).isTrue();
    awaitState(HOST, "DISCONNECTED");
    fleet.heal();
    awaitState(HOST, "CONNECTED");
  }

  @Test
  void shouldFreezeAndThawAWholeHost() {
    fleet.machine(HOST).freeze();
    awaitState(HOST, "DISCONNECTED");
    fleet.machine(HOST).thaw();
    awaitState(HOST, "CONNECTED");
  }

  @Test
  void shouldTakeAnAreaOffTheNetwork() {
    fleet.network().cut("north");

    assertThat(answers(fleet.node(NODE).api().getHost(), fleet.node(NODE).api().getPort()))
        .isFalse();
  }

  private static boolean answers(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldSetAProcesssClockOnly() {
    Duration jump = Duration.ofHours(2);
    FleetProcess node = fleet.process(NODE);

    node.shim().orElseThrow().jump(jump);
    String vm = createVm("clock").path("createdAt").asText();

    assertThat(Duration.between(Instant.now(), Instant.parse(vm)))
        .isBetween(jump.minus(LIMIT), jump.plus(LIMIT));
  }

  @Test
  void shouldMakeTheDatabaseSlow() {
    Duration delay = Duration.ofMillis(700);
    FleetProcess database = fleet.database().orElseThrow();
    database.shim().orElseThrow().slowDisk(delay);
    long beganNs = System.nanoTime();

    createVm("slow");

    assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isGreaterThan(delay);
  }

  @Test
  void shouldFillADiskAndFreeIt() throws IOException {
    HostMachine host = fleet.machine(HOST);

    host.disk().orElseThrow().fill();

    assertThat(Files.getFileStore(host.state()).getUsableSpace()).isZero();
    host.disk().orElseThrow().free();
    assertThat(Files.getFileStore(host.state()).getUsableSpace()).isPositive();
  }

  @Test
  void shouldRecoverFromACrashOfTheDatabase() {
    fleet.kill("database");
    fleet.heal();
    fleet.awaitReady();

    assertThat(createVm("after-crash").path("phase").asText()).isNotEmpty();
  }

  @Test
  void shouldWitnessEffectsAndDeaths() {
    String vm = createVm("seen").path("id").asText();
    Awaitility.await("effects").atMost(LIMIT).until(() -> effectsOf(vm) > 10);
    String host = client.vm(vm).path("host").asText().endsWith("h1") ? HOST : "north-h2";

    fleet.kill(host);

    long pidOfDead = fleet.process(host).pid();
    assertThat(fleet.witness().testimonies())
        .anyMatch(t -> t instanceof Died && t.runner().pid() == pidOfDead);
    long before = effectsOf(vm);
    fleet.heal();
    Awaitility.await("effects after the restart").atMost(LIMIT).until(() -> effectsOf(vm) > before);
    assertThat(SingleRunner.check(fleet.witness().testimonies()).violations()).isEmpty();
  }

  private long effectsOf(String vm) {
    return fleet.witness().testimonies().stream()
        .filter(t -> t instanceof Effect effect && effect.vm().equals(vm))
        .count();
  }

  private JsonNode createVm(String name) {
    ObjectNode body =
        client.object().put("area", "north").put("name", name).put("image", WitnessImage.NAME);
    body.put("cpuMillis", 100).put("memoryBytes", 2 << 20);
    return client.post("/v1/vms", body).expectSuccess("creating " + name);
  }
}
