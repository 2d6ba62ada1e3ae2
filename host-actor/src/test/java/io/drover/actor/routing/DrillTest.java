package io.drover.actor.routing;

import static io.drover.actor.Samples.NORTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.drover.actor.Ids;
import io.drover.actor.Samples;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.DrillView.Phase;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.drill.Drill;
import io.drover.actor.operation.Operation;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.OperationId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Drills over the real entities; what shards and agents do, the tests say. */
class DrillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AreaId SOUTH = new AreaId("south");

  /** Three more than are named. */
  private static final int LOST_OPERATIONS = 8;

  private final LocalFleet fleet = new LocalFleet();
  private final HostId h1 = fleet.attach("h1");
  private final HostId h2 = fleet.attach("h2");

  @BeforeEach
  void giveNorthABackup() {
    fleet.sight.area(SOUTH).node("s1", SOUTH, 0);
    isAt("n1", "s1");
    done(
        fleet.controlPlane.changeArea(
            NORTH,
            new AreaChange(
                Optional.of(List.of(SOUTH)), Optional.empty(), Optional.empty(), Optional.empty()),
            Terms.NONE));
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  /** Its cells and hosts are with that node. */
  private void isAt(String node, String other) {
    fleet.sight.running(node, NORTH, 2, h1.cell(), h2.cell());
    fleet.sight.running(other, NORTH, 0);
  }

  @Test
  void shouldFailOverComeBackAndLoseNothing() {
    OperationView operation = start();

    assertThat(operation.kind()).isEqualTo("drill");
    awaitManager(SOUTH);
    isAt("s1", "n1");
    awaitManager(NORTH);
    isAt("n1", "s1");

    DrillView drill = awaitPhase(Phase.COMPLETED);
    assertThat(drill.report().hosts()).isEqualTo(2);
    assertThat(drill.report().there().accepting()).isPresent();
    assertThat(drill.report().there().allHosts()).isPresent();
    assertThat(drill.report().home().accepting()).isPresent();
    assertThat(drill.report().home().allHosts()).isPresent();
    assertThat(drill.report().operationsAcknowledged()).isGreaterThanOrEqualTo(4);
    assertThat(drill.report().operationsLost()).contains(0);
    assertThat(done(fleet.controlPlane.operation(OperationId.parse(operation.id()))).status())
        .isEqualTo(OperationView.Status.SUCCEEDED);
  }

  @Test
  void shouldSayThatAnAcknowledgedOperationIsLost() {
    start();
    awaitManager(SOUTH);
    await().atMost(PATIENCE).until(() -> drill().report().operationsAcknowledged() > 0);
    OperationId lost = operation(h1, 1);
    lose(lost);
    isAt("s1", "n1");
    awaitManager(NORTH);
    isAt("n1", "s1");

    DrillView drill = awaitPhase(Phase.FAILED);

    assertThat(drill.report().operationsLost()).contains(1);
    assertThat(drill.reason()).contains(lost.text());
  }

  /** What the drill derives for its operations in the cell of a host. */
  private OperationId operation(HostId host, int number) {
    String text = String.join("\n", "drill", drill().operation().text(), "" + number);
    return new OperationId(host.cell(), Ids.derived(text));
  }

  private void lose(OperationId operation) {
    fleet.kill(Operation.TYPE_KEY, operation.text());
    fleet.journal.clearByPersistenceId("operation|" + operation.text());
  }

  @Test
  void shouldGoOnWhoeverDiesAfterWhateverWasDecided() {
    start();
    int[] seen = {0};

    await()
        .atMost(PATIENCE)
        .until(() -> {
          int events = fleet.events(Drill.TYPE_KEY, NORTH.name()).size();
          if (events > seen[0] && !drill().phase().isOver()) {
            seen[0] = events;
            fleet.kill(Drill.TYPE_KEY, NORTH.name());
          }
          boolean away = manager().equals(SOUTH);
          isAt(away ? "s1" : "n1", away ? "n1" : "s1");
          return drill().phase() == Phase.COMPLETED;
        });

    assertThat(manager()).isEqualTo(NORTH);
    assertThat(drill().report().operationsLost()).contains(0);
  }

  @Test
  void shouldComeBackAndFailWhenItIsNotThereInTime() {
    start();
    awaitManager(SOUTH);

    pass(Samples.drills().limit().plusSeconds(1));
    awaitManager(NORTH);

    DrillView drill = awaitPhase(Phase.FAILED);
    assertThat(drill.reason()).contains("not there after 5 min", "0 of 2 hosts are there");
    assertThat(drill.report().there().allHosts()).isEmpty();
    assertThat(drill.report().operationsLost()).contains(0);
  }

  @Test
  void shouldComeBackWhenItIsAborted() {
    OperationView operation = start();
    awaitManager(SOUTH);

    assertThat(done(fleet.controlPlane.abortDrill(NORTH, Terms.NONE)).id())
        .isEqualTo(operation.id());

    awaitManager(NORTH);
    assertThat(awaitPhase(Phase.ABORTED).reason()).contains("aborted by request");
  }

  @Test
  void shouldGoOnComingBackWhenItIsNotBackInTime() {
    startAndLoseNorth();
    pass(Samples.drills().limit().plusSeconds(1));
    await().atMost(PATIENCE).until(() -> drill().reason().contains("not back after 5 min"));
    assertThat(drill().phase()).isEqualTo(Phase.COMING_BACK);
    assertThat(manager()).isEqualTo(SOUTH);

    fleet.sight.node("n1", NORTH, 2);
    awaitManager(NORTH);
    isAt("n1", "s1");

    DrillView drill = awaitPhase(Phase.FAILED);
    assertThat(drill.reason())
        .contains("not back after 5 min: 0 of 2 cells accept operations at north");
    assertThat(drill.report().home().allHosts()).isPresent();
    assertThat(drill.report().operationsLost()).contains(0);
  }

  @Test
  void shouldLeaveAnAreaThatIsLateOnItsWayBackWhenItIsAborted() {
    startAndLoseNorth();
    done(fleet.controlPlane.abortDrill(NORTH, Terms.NONE));
    assertThat(drill().phase()).as("it has time yet").isEqualTo(Phase.COMING_BACK);

    pass(Samples.drills().limit().plusSeconds(1));
    done(fleet.controlPlane.abortDrill(NORTH, Terms.NONE));

    assertThat(drill().phase()).isEqualTo(Phase.FAILED);
    assertThat(drill().reason()).contains("aborted by request: 0 of 2 cells");
    assertThat(manager()).isEqualTo(SOUTH);
  }

  private void startAndLoseNorth() {
    start();
    awaitManager(SOUTH);
    fleet.sight.gone("n1");
    isAt("s1", "n1");
    await().atMost(PATIENCE).until(() -> drill().phase() == Phase.COMING_BACK);
  }

  @Test
  void shouldNameOnlySomeOfManyLostOperations() {
    start();
    awaitManager(SOUTH);
    await()
        .atMost(PATIENCE)
        .until(() -> drill().report().operationsAcknowledged() > LOST_OPERATIONS);
    for (int number = 1; number <= LOST_OPERATIONS / 2; number++) {
      lose(operation(h1, number));
      lose(operation(h2, number));
    }
    isAt("s1", "n1");
    awaitManager(NORTH);
    isAt("n1", "s1");

    DrillView drill = awaitPhase(Phase.FAILED);

    assertThat(drill.report().operationsLost()).contains(LOST_OPERATIONS);
    assertThat(drill.reason()).endsWith(" and 3 more");
  }

  /** Its way back would undo what was asked for, and acknowledged. */
  @Test
  void shouldHaveNobodyElseMoveTheAreaMeanwhile() {
    OperationView operation = start();
    awaitManager(SOUTH);

    Refusal refusal =
        refusalOf(fleet.controlPlane.failOver(NORTH, Optional.empty(), "really", Terms.NONE));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(refusal.detail()).contains(operation.id(), "is under way");
    assertThat(refusalOf(fleet.controlPlane.failBack(NORTH, "really", Terms.NONE)).detail())
        .contains("is under way");

    isAt("s1", "n1");
    awaitManager(NORTH);
    isAt("n1", "s1");
    awaitPhase(Phase.COMPLETED);
    assertThat(
            done(fleet.controlPlane.failOver(NORTH, Optional.empty(), "really", Terms.NONE))
                .managedBy())
        .isEqualTo(SOUTH);
  }

  @Test
  void shouldNotDrillAnAreaThatIsAwayAlready() {
    done(fleet.controlPlane.failOver(NORTH, Optional.empty(), "work", Terms.NONE));

    Refusal refusal = refusalOf(fleet.controlPlane.drill(NORTH, Optional.empty(), Terms.NONE));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(refusal.detail()).contains("is run by south");
    assertThat(manager()).isEqualTo(SOUTH);
  }

  @Test
  void shouldNotDrillWhenTheBackupHasNoRoom() {
    fleet.sight.node("s1", SOUTH, 99);

    Refusal refusal = refusalOf(fleet.controlPlane.drill(NORTH, Optional.empty(), Terms.NONE));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_HEADROOM);
    assertThat(refusal.facts()).containsEntry("hosts", "2").containsEntry("headroom.south", "1");
    assertThat(manager()).isEqualTo(NORTH);
  }

  @Test
  void shouldShowTheDrillUnderWayToWhoeverAsksForAnother() {
    OperationView first = start();

    assertThat(start().id()).isEqualTo(first.id());
  }

  private OperationView start() {
    return done(fleet.controlPlane.drill(NORTH, Optional.empty(), Terms.NONE));
  }

  private DrillView drill() {
    return done(fleet.controlPlane.drillOf(NORTH));
  }

  private AreaId manager() {
    return done(fleet.controlPlane.area(NORTH)).managedBy();
  }

  private void awaitManager(AreaId area) {
    await().atMost(PATIENCE).until(() -> manager().equals(area));
  }

  private DrillView awaitPhase(Phase phase) {
    await().atMost(PATIENCE).until(() -> drill().phase() == phase);
    return drill();
  }

  private void pass(Duration time) {
    fleet.now.updateAndGet(now -> now.plus(time));
  }

  private static Refusal refusalOf(CompletionStage<?> call) {
    Throwable failure = catchThrowable(() -> done(call));
    return Calls.refusal(failure).orElseThrow();
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
