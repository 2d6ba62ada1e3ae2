package io.drover.actor.drain;

import static io.drover.actor.Samples.CELL;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.moves;
import static io.drover.actor.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.RecordingRoutes;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.DrainView.Status;
import io.drover.actor.api.DrainView.VmMove;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.api.VmView;
import io.drover.actor.drain.Drain.Command;
import io.drover.actor.drain.Drain.Event;
import io.drover.actor.drain.Drain.Reply;
import io.drover.actor.drain.Drain.Request;
import io.drover.actor.drain.DrainBehavior.Internal;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Migration;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A drain, and the test in the place of all others and of the clock. */
class DrainCourseTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());
  private static final MoveSettings MOVES = moves();

  private final RecordingRoutes sent = new RecordingRoutes();
  private Instant now = NOW;
  private final EventSourcedBehaviorTestKit<Command, Event, DrainState> drain =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Drain.create(
              H1,
              PersistenceId.ofUniqueId("drain-course"),
              new Drain.Ports(sent, MOVES, settings(), () -> now),
              () -> {}));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldStartNoMoreMigrationsAtOnceThanTheBudgetOfAHost() {
    VmId[] vms = vms(5);
    begin(vms);

    Stream.of(vms).forEach(_ -> letTheNextOneMove(vms));

    assertThat(started()).hasSize(MOVES.perHost());
    MigrationId first = started().keySet().iterator().next();
    migrationIs(Phase.COMPLETED, first);
    letTheNextOneMove(vms);
    assertThat(started()).hasSize(MOVES.perHost() + 1);
  }

  @Test
  void shouldStartTheSameMigrationAgainAfterARecovery() {
    begin(VM);
    letTheNextOneMove(VM);
    Map<MigrationId, Migration.Request.Start> before = started();
    sent.clear();

    drain.restart();

    assertThat(before).hasSize(1);
    assertThat(started().keySet()).isEqualTo(before.keySet());
    assertThat(started().values().iterator().next().ifVersion())
        .isEqualTo(before.values().iterator().next().ifVersion());
  }

  @Test
  void shouldSayWhichHostsRefuseAVmAndWhenItIsTriedAgain() {
    begin(VM);
    see(VM);
    Refusal none =
        new Refusal(
            Refusal.Kind.NO_CAPACITY,
            "no host of area north can take it",
            Map.of(),
            List.of(new HostReason(H2.text(), "memory: 64 MiB asked, 24 MiB free of 1 GiB")));

    drain.runCommand(new Internal.PlacementSeen(new Placement.Refused(Optional.empty(), none)));

    assertThat(started()).isEmpty();
    assertThat(move(VM))
        .satisfies(m -> assertThat(m.status()).isEqualTo(Status.WAITING))
        .satisfies(m ->
            assertThat(m.reason())
                .contains("no host of area north can take it")
                .contains(H2 + ": memory: 64 MiB asked"))
        .satisfies(
            m -> assertThat(m.nextAction()).isEqualTo("tried again at " + NOW.plus(MOVES.retry())));
    hostIs(true, VM);
    assertThat(looks()).as("not before").hasSize(1);
    now = NOW.plus(MOVES.retry());
    hostIs(true, VM);
    assertThat(looks()).hasSize(2);
  }

  @Test
  void shouldTryAFailedVmAgainLaterEachTimeAndThenLeaveItToAPerson() {
    begin(VM);
    for (int attempt = 1; attempt <= MOVES.attemptLimit(); attempt++) {
      letTheNextOneMove(VM);
      assertThat(started()).as("attempt %d", attempt).hasSize(attempt);
      migrationIs(Phase.ROLLED_BACK, List.copyOf(started().keySet()).getLast());
      hostIs(true, VM);
      assertThat(started()).as("not at once").hasSize(attempt);
      now = now.plus(MOVES.retryAfter(attempt));
    }

    hostIs(true, VM);

    assertThat(drain.getState()).isInstanceOf(DrainState.Over.class);
    DrainView over = shown();
    assertThat(over.phase()).isEqualTo(DrainView.Phase.INCOMPLETE);
    assertThat(move(VM).status()).isEqualTo(Status.STAYS);
    assertThat(move(VM).attempts()).isEqualTo(MOVES.attemptLimit());
    assertThat(move(VM).nextAction()).contains("a person");
  }

  @Test
  void shouldLeaveAVmAloneWhoseMigrationAPersonHasCancelled() {
    begin(VM);
    letTheNextOneMove(VM);
    migrationIs(Phase.CANCELLED, started().keySet().iterator().next());
    now = now.plus(MOVES.retryMax());

    hostIs(true, VM);

    assertThat(started()).hasSize(1);
    assertThat(shown().phase()).isEqualTo(DrainView.Phase.INCOMPLETE);
  }

  @Test
  void shouldWaitForAVmThatSomebodyElseMoves() {
    begin(VM);
    hostIs(true, VM);
    drain.runCommand(
        new Internal.VmSeen(new Vm.Reply.Shown(DrainSamples.vm(VM, VmView.Phase.MIGRATING, H1))));

    assertThat(started()).isEmpty();
    assertThat(move(VM).reason()).isEqualTo("it is being moved");
  }

  @Test
  void shouldWaitForAMigrationThatBringsAVm() {
    begin();
    hostIs(true, M1);

    assertThat(drain.getState()).isInstanceOf(DrainState.Draining.class);
    assertThat(shown().reason()).contains("waits for " + M1);
    hostIs(true);
    assertThat(shown().phase()).isEqualTo(DrainView.Phase.COMPLETED);
  }

  @Test
  void shouldEndWhenItCouldMoveNothingForTooLongAndSayWhatIsLeft() {
    begin(VM);
    hostIs(true, VM);
    drain.runCommand(
        new Internal.VmSeen(new Vm.Reply.Shown(DrainSamples.vm(VM, VmView.Phase.PAUSED, H1))));
    now = NOW.plus(MOVES.idleLimit()).plusMillis(1);

    hostIs(true, VM);

    assertThat(shown().phase()).isEqualTo(DrainView.Phase.INCOMPLETE);
    assertThat(shown().reason()).contains("idle-limit");
    assertThat(move(VM).reason()).isEqualTo("it is paused; only a running VM can be moved");
  }

  @Test
  void shouldCancelItsMigrationsWhenAbortedAndEndWhenTheLastOneIsOver() {
    VmId[] vms = vms(3);
    begin(vms);
    letTheNextOneMove(vms);
    letTheNextOneMove(vms);
    List<MigrationId> children = List.copyOf(started().keySet());

    drain.runCommand((ActorRef<Reply> r) -> new Request.Abort(r));

    assertThat(sent.commands(Migration.Request.Cancel.class)).hasSize(2);
    migrationIs(Phase.CANCELLED, children.getFirst());
    drain.runCommand(new Internal.Tick());
    assertThat(drain.getState())
        .as("the other one goes on")
        .isInstanceOf(DrainState.Aborting.class);
    migrationIs(Phase.COMPLETED, children.getLast()); // it had switched over
    drain.runCommand(new Internal.Tick());
    assertThat(shown().phase()).isEqualTo(DrainView.Phase.ABORTED);
    sent.clear();
    drain.restart();
    now = now.plus(MOVES.retryMax());
    drain.runCommand(new Internal.Tick());
    assertThat(sent.commands(Object.class)).as("nothing restarts by itself").isEmpty();
  }

  /** Or a late start would begin it after the drain is over. */
  @Test
  void shouldCancelAlsoAMigrationWhoseStartIsStillOnItsWay() {
    begin(VM);
    letTheNextOneMove(VM);
    drain.runCommand((ActorRef<Reply> r) -> new Request.Abort(r));
    sent.clear();

    drain.runCommand(
        new Internal.MigrationSeen(
            new Migration.Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "no such"))));

    assertThat(sent.commands(Migration.Request.class))
        .extracting(r -> r.getClass().getSimpleName())
        .containsExactly("Start", "Cancel");
    assertThat(drain.getState()).isInstanceOf(DrainState.Aborting.class);
  }

  @Test
  void shouldAbortWhenItsHostIsUncordoned() {
    begin(VM);
    hostIs(false, VM);

    assertThat(drain.getState()).isInstanceOf(DrainState.Aborting.class);
    assertThat(shown().reason()).isEqualTo("its host was uncordoned");
  }

  @Test
  void shouldLookAtOthersWhenAVmDoesNotAnswer() {
    VmId[] vms = vms(2);
    begin(vms);
    hostIs(true, vms);
    now = NOW.plus(Duration.ofMinutes(1));
    drain.runCommand(new Internal.Tick());
    hostIs(true, vms);

    assertThat(looks()).hasSize(2);
    assertThat(move(vms[0]).reason()).isEqualTo("it, or a scheduler, does not answer");
  }

  private void begin(EntityId... owners) {
    drain.runCommand((ActorRef<Reply> r) -> new Request.Start(OP1, r));
    hostIs(true, owners);
  }

  private void hostIs(boolean cordoned, EntityId... owners) {
    drain.runCommand(
        new Internal.HostSeen(new Host.Reply.Shown(DrainSamples.host(cordoned, owners))));
  }

  /** The host is looked at, and the VM it asks about next runs there and has a target. */
  private void letTheNextOneMove(VmId... vms) {
    hostIs(true, vms);
    see(vms);
    drain.runCommand(new Internal.PlacementSeen(new Placement.Placed(Optional.empty(), H2)));
  }

  private void see(VmId... vms) {
    hostIs(true, vms);
    for (VmId vm : vms) {
      drain.runCommand(
          new Internal.VmSeen(new Vm.Reply.Shown(DrainSamples.vm(vm, VmView.Phase.RUNNING, H1))));
    }
  }

  private void migrationIs(Phase phase, MigrationId id) {
    VmId vm = Optional.ofNullable(started().get(id)).orElseThrow().vm();
    Optional<HostId> target = phase == Phase.COMPLETED ? Optional.of(H2) : Optional.empty();
    MigrationView view = DrainSamples.migration(vm, id, phase, target);
    drain.runCommand(new Internal.MigrationSeen(new Migration.Reply.Shown(view)));
  }

  /** What was asked to start, by id; the oldest first. */
  private Map<MigrationId, Migration.Request.Start> started() {
    return sent.all().stream()
        .filter(s -> s.command() instanceof Migration.Request.Start)
        .collect(
            Collectors.toMap(
                s -> MigrationId.parse(s.entityId()),
                s -> (Migration.Request.Start) s.command(),
                (a, _) -> a,
                LinkedHashMap::new));
  }

  private List<Vm.Request.Get> looks() {
    return sent.commands(Vm.Request.Get.class);
  }

  private DrainView shown() {
    return ((Reply.Shown) drain.runCommand((ActorRef<Reply> r) -> new Request.Get(r)).reply())
        .drain();
  }

  private VmMove move(VmId vm) {
    return shown().vms().stream().filter(m -> m.vm().equals(vm)).findFirst().orElseThrow();
  }

  private static VmId[] vms(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new VmId(CELL, "01k000000000000000000000v" + i))
        .toArray(VmId[]::new);
  }

  /** Targets are looked for at the scheduler of the host's area. */
  @Test
  void shouldAskForATargetOnlyWhatRunsOnTheHost() {
    begin(VM);
    hostIs(true, VM);
    drain.runCommand(
        new Internal.VmSeen(new Vm.Reply.Shown(DrainSamples.vm(VM, VmView.Phase.RUNNING, H2))));

    assertThat(sent.commands(Scheduler.Command.Explain.class)).isEmpty();
    assertThat(move(VM).reason()).contains("its claim is about to be released");
  }
}
