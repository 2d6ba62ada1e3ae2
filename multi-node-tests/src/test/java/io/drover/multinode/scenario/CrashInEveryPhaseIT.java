package io.drover.multinode.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.agent.migration.MigrationListener;
import io.drover.multinode.check.CalmVm;
import io.drover.multinode.fault.HeldAgent;
import io.drover.multinode.fault.HeldNode;
import io.drover.multinode.fault.HoldPoint;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.harness.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kills (SIGKILL) the source agent, the target agent and the control node that runs the migration,
 * each in every phase, with real processes and a real PostgreSQL. Whatever the phase: afterwards
 * exactly one guest runs, no claim leaks, and the API says what happened.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashInEveryPhaseIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final EnumSet<Phase> ROLLBACK_PHASES =
      EnumSet.of(Phase.ROLLING_BACK, Phase.ROLLED_BACK, Phase.CANCELLED, Phase.NEEDS_OPERATOR);

  private Fleet fleet;
  private FleetClient client;
  private HoldPoint hold;
  private Guests guests;

  /** Who dies. */
  enum Victim {
    SOURCE_AGENT,
    TARGET_AGENT,
    CONTROL_NODE
  }

  /**
   * One crash.
   *
   * @param holdAt a phase of the migration entity, or a step of an agent
   */
  record Crash(String image, Victim victim, String holdAt) {}

  static Stream<Crash> crashes() {
    return Guests.images()
        .flatMap(image -> Stream.of(Victim.values()).flatMap(victim -> crashes(image, victim)));
  }

  private static Stream<Crash> crashes(String image, Victim victim) {
    Stream<String> phases =
        EnumSet.complementOf(ROLLBACK_PHASES).stream()
            .filter(p -> p != Phase.COMPLETED)
            .map(Enum::name);
    return Stream.concat(phases, stepsOf(victim)).map(holdAt -> new Crash(image, victim, holdAt));
  }

  /** Inside an agent there are more places to die than phases. */
  private static Stream<String> stepsOf(Victim victim) {
    List<MigrationListener.Phase> steps =
        switch (victim) {
          case SOURCE_AGENT ->
              List.of(
                  MigrationListener.Phase.PRE_COPY_STARTED,
                  MigrationListener.Phase.ROUND_ENDED,
                  MigrationListener.Phase.SOURCE_PAUSED,
                  MigrationListener.Phase.FINAL_PAGES_SENT,
                  MigrationListener.Phase.SOURCE_STOPPED);
          case TARGET_AGENT ->
              List.of(
                  MigrationListener.Phase.MEMORY_COMPLETE,
                  MigrationListener.Phase.TARGET_READY,
                  MigrationListener.Phase.ACTIVATING,
                  MigrationListener.Phase.ACTIVATED);
          case CONTROL_NODE -> List.of();
        };
    return steps.stream().map(Enum::name);
  }

  @BeforeAll
  void startFleet() {
    Path directory = Directories.fresh("crash-in-every-phase");
    hold = new HoldPoint(directory.resolve("hold"));
    fleet =
        Fleet.of("north")
            .controlNodes(1)
            .hosts(2)
            .onPostgresql()
            .mains(HeldNode.class.getName(), HeldAgent.class.getName())
            .nodeProperty(HoldPoint.PROPERTY, hold.file().toString())
            .nodeProperty("drover.migration.outage-budget", "3s")
            .nodeProperty("drover.migration.prepare-deadline", "10s")
            .nodeProperty("drover.migration.stop-and-copy-deadline", "5s")
            .nodeProperty("drover.migration.verify-deadline", "10s")
            .nodeProperty("drover.migration.clean-deadline", "4s")
            .nodeProperty("drover.migration.target-backoff", "2s")
            .nodeProperty("drover.entities.leak-check-interval", "5s")
            .agentProperty(HoldPoint.PROPERTY, hold.file().toString())
            .agentProperty("drover.agent.capacity.memory", "2GiB")
            .agentProperty("drover.agent.images-dir", Guests.imagesDirectory().toString())
            .start(directory);
    fleet.awaitReady();
    client = fleet.anyClient();
    guests = new Guests(client);
  }

  @AfterAll
  void stopFleet() {
    if (fleet != null) {
      fleet.close();
    }
  }

  @ParameterizedTest
  @MethodSource("crashes")
  void shouldLeaveExactlyOneRunningGuest(Crash crash) {
    fleet.awaitReady();
    String vm = guests.create("north", "h1", crash.image());
    String target = client.hostId("north", "h2");
    hold.arm(crash.holdAt());
    try {
      ObjectNode request = client.object().put("target", target);
      CompletableFuture<Integer> answer =
          client.postAndForget("/v1/vms/" + vm + ":migrate", request);
      Awaitility.await(crash + " to be reached").atMost(PATIENCE).until(hold::isHolding);

      JavaProcess victim = victimOf(crash.victim());
      victim.note("killed: " + crash);
      victim.kill();
      hold.release();
      victim.start();

      fleet.awaitReady();
      JsonNode end = awaitEnd(migrationOf(vm), vm);
      guests.awaitBeating(vm);
      CalmVm.check(client, fleet, vm);
      assertThat(answer).as("no request hangs").isDone();
      assertThat(end.path("history")).as("the API says what happened").isNotEmpty();
    } finally {
      hold.release();
      guests.delete(vm);
    }
  }

  /**
   * The one migration of the VM; the node that accepted it may have died before it could say so.
   */
  private String migrationOf(String vm) {
    return client
        .await(
            "the migration of " + vm,
            "/v1/migrations?vm=" + vm,
            PATIENCE,
            list -> !list.path("items").isEmpty())
        .path("items")
        .path(0)
        .path("id")
        .asText();
  }

  private JsonNode awaitEnd(String migration, String vm) {
    return client.await(
        "the end of " + migration + " of " + vm,
        "/v1/migrations/" + migration,
        PATIENCE,
        m -> m.path("over").asBoolean());
  }

  private JavaProcess victimOf(Victim victim) {
    return switch (victim) {
      case SOURCE_AGENT -> fleet.host("north", "h1");
      case TARGET_AGENT -> fleet.host("north", "h2");
      case CONTROL_NODE -> fleet.node("north-n1").process();
    };
  }
}
