package io.drover.node.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Figures;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.area.Area;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.area.Management;
import io.drover.actor.host.Host;
import io.drover.actor.lease.FenceProof;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import io.drover.node.board.Board;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final AreaId NORTH = new AreaId("north");
  private static final AreaId SOUTH = new AreaId("south");
  private static final HostId H1 = HostId.parse("host-north-03-h1");
  private static final MigrationId M1 =
      MigrationId.parse("mig-north-03-01k00000000000000000000002");
  private static final Path LIST = Path.of("..", "docs", "metrics.md");

  private final NodeMetrics metrics = new NodeMetrics("n1", "north");

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void shouldOfferWhatItsListSays() throws IOException {
    exerciseAll();

    Set<String> offered = new TreeSet<>();
    Matcher types = Pattern.compile("(?m)^# TYPE (drover_\\w+) ").matcher(metrics.scrape());
    while (types.find()) {
      if (!types.group(1).endsWith("_max")) {
        offered.add(types.group(1));
      }
    }
    assertThat(offered).isEqualTo(listed());
  }

  /** Names in the first column of the list's tables. */
  private static Set<String> listed() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(LIST)) {
      if (line.startsWith("| `")) {
        Matcher name = Pattern.compile("`(drover_\\w+)`").matcher(line.split("\\|")[1]);
        while (name.find()) {
          names.add(name.group(1));
        }
      }
    }
    return names;
  }

  private void exerciseAll() {
    Board board = new Board(Set::of, Duration.ofSeconds(5), System::nanoTime);
    board.publish(
        new Management(
            NORTH,
            new Epoch(1),
            2,
            2,
            8,
            Map.of(3, 1),
            AreaPolicy.DEFAULT,
            NORTH,
            Map.of(3, SOUTH),
            Map.of()));
    metrics.watch(board);
    metrics.sessionRefused("unknown area");
    metrics.told("vm", "Start");
    metrics.answered("vm", "Start", Duration.ofMillis(3), true);
    metrics.wrote(Duration.ofMillis(2), true);
    metrics.served("GET", "/v1/vms/{vm}", 200, Duration.ofMillis(4));
    metrics.entered(M1, Phase.PRE_COPY, "the target is ready");
    Epoch epoch = new Epoch(1);
    read("area", "north", new Area.Event.FailedOver(NORTH, SOUTH, epoch, Cause.LOST, "", NOW));
    read("area", "north", new Area.Event.FailedBack(SOUTH, epoch, Cause.OPERATOR, "", NOW));
    read(
        "area",
        "north",
        new Area.Event.CellsLent(Set.of(1, 2), SOUTH, epoch, Cause.OVERLOAD, "", NOW));
    read(
        "area",
        "north",
        new Area.Event.CellsReturned(Set.of(1), SOUTH, epoch, Cause.RELIEF, "", NOW));
    fenced(NOW);
    metrics.events().ended(migration());
  }

  @Test
  void shouldCountAHostThatIsFencedOnce() {
    fenced(NOW);
    fenced(NOW.plusSeconds(5)); // confirmed for a run grant

    assertThat(metrics.scrape())
        .containsPattern("drover_hosts_fenced_total\\{.*by=\"lease\".*of=\"north\".*} 1.0");
  }

  private void fenced(Instant at) {
    FenceProof proof = new FenceProof(FenceProof.By.LEASE, "it ran out", NOW);
    read("host", H1.text(), new Host.Event.HostFenced(proof, at));
  }

  private void read(String entity, String id, CborSerializable event) {
    metrics.events().read(entity, id, event);
  }

  private static MigrationView migration() {
    Figures figures =
        new Figures(
            Optional.of(Duration.ofMillis(9)),
            Optional.empty(),
            Optional.of(Duration.ofMillis(8)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Duration.ofSeconds(2)),
            Optional.of(ByteSize.ofMib(64)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Epoch(2)));
    return new MigrationView(
        M1,
        9,
        VmId.parse("vm-north-03-01k00000000000000000000001"),
        H1,
        Optional.of(HostId.parse("host-north-04-h2")),
        Phase.COMPLETED,
        List.of(new MigrationView.PhaseEntry(Phase.COMPLETED, NOW, "it runs")),
        Optional.empty(),
        List.of(),
        Duration.ofMillis(300),
        DataRate.UNLIMITED,
        figures,
        NOW.minusSeconds(2));
  }
}
