package io.drover.agent.supervision;

import static io.drover.agent.fake.Samples.MIGRATION;
import static io.drover.agent.fake.Samples.OTHER_MIGRATION;
import static io.drover.agent.fake.Samples.VM;
import static io.drover.agent.fake.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.Immutable;
import io.drover.agent.store.VmRecord;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.agent.supervision.OrderPlan.Action;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.transfer.TransferTicket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every phase with every order, under an older, the same and a newer run epoch. */
class OrderPlanTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "state-machines", "host-guest.md");
  private static final Epoch HELD = new Epoch(5);
  private static final Set<Action> LETS_RUN =
      EnumSet.of(Action.BOOT, Action.ACTIVATE, Action.RESUME, Action.ABORT_AND_RESUME);

  /** An order of some epoch about some migration. */
  private enum Kind {
    BOOT((e, _) -> new GuestOrder.Boot(VM, e, spec())),
    ACTIVATE((e, m) -> new GuestOrder.Activate(VM, e, spec(), m)),
    CONTINUE((e, _) -> new GuestOrder.Continue(VM, e, spec())),
    PAUSE((e, _) -> new GuestOrder.Pause(VM, e)),
    STOP((e, _) -> new GuestOrder.Stop(VM, e, Duration.ZERO)),
    REMOVE((e, _) -> new GuestOrder.Remove(VM, e)),
    READ_CONSOLE((_, _) -> new GuestOrder.ReadConsole(VM, 0, 1)),
    VERIFY((e, _) -> new GuestOrder.Verify(VM, e, Duration.ZERO)),
    PREPARE_TARGET((e, m) -> new GuestOrder.PrepareTarget(VM, e, spec(), m)),
    START_PRE_COPY((e, m) ->
        new GuestOrder.Send(
            VM, e, m, new TransferTicket("127.0.0.1:1", 1, 1), DataRate.UNLIMITED, Duration.ZERO)),
    STOP_AND_COPY((e, m) -> new GuestOrder.StopAndCopy(VM, e, m, Duration.ZERO)),
    ABORT((e, m) -> new GuestOrder.Abort(VM, e, m));

    @Immutable
    private interface Maker {
      GuestOrder make(Epoch epoch, MigrationId migration);
    }

    private final Maker maker;

    Kind(Maker maker) {
      this.maker = maker;
    }

    private boolean isFenced() {
      return this != READ_CONSOLE && this != REMOVE;
    }
  }

  private static VmRecord record(Phase phase) {
    VmRecord granted = VmRecord.unknown(VM).granted(HELD, spec(), "fake", Power.RUNNING);
    return switch (phase) {
      case ABSENT -> granted.vacated();
      case RUNNING, ENDED -> granted;
      case PAUSED -> granted.desiring(Power.PAUSED);
      case SENDING, STOPPED -> granted.migrating(new MigrationMark(MIGRATION, Side.SOURCE));
      case RECEIVING, READY -> VmRecord.unknown(VM).incoming(HELD, MIGRATION);
    };
  }

  private static OrderPlan plan(Phase phase, Kind kind, long epoch, MigrationId migration) {
    return OrderPlan.of(record(phase), phase, kind.maker.make(new Epoch(epoch), migration));
  }

  private record Pair(Phase phase, Kind kind, long epoch, OrderPlan plan) {}

  private static List<Pair> allPairs() {
    List<Pair> pairs = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      for (Kind kind : Kind.values()) {
        for (long epoch = 4; epoch <= 6; epoch++) {
          pairs.add(new Pair(phase, kind, epoch, plan(phase, kind, epoch, MIGRATION)));
          pairs.add(new Pair(phase, kind, epoch, plan(phase, kind, epoch, OTHER_MIGRATION)));
        }
      }
    }
    return pairs;
  }

  @Test
  void shouldRefuseEveryFencedOrderOfAnOlderGrantInEveryPhase() {
    assertThat(allPairs())
        .filteredOn(pair -> pair.epoch == 4 && pair.kind.isFenced())
        .allSatisfy(pair ->
            assertThat(pair.plan)
                .isInstanceOfSatisfying(
                    OrderPlan.Refuse.class,
                    refusal -> assertThat(refusal.code()).isEqualTo(Code.STALE_RUN_EPOCH)));
  }

  @Test
  void shouldNeverForgetAnEpochNorKeepAGrantBelowTheHighest() {
    for (Pair pair : allPairs()) {
      if (pair.plan instanceof OrderPlan.Do plan) {
        Epoch highest = plan.next().highestRunEpoch();
        assertThat(highest).as("%s", pair).isGreaterThanOrEqualTo(HELD);
        Optional<Epoch> granted = plan.next().grant().map(Grant::runEpoch);
        assertThat(granted.orElse(highest)).as("%s", pair).isEqualTo(highest);
      }
    }
  }

  @Test
  void shouldLetAGuestRunOnlyUnderAGrantThatIsOnDiskFirst() {
    assertThat(allPairs())
        .filteredOn(
            pair -> pair.plan instanceof OrderPlan.Do plan && LETS_RUN.contains(plan.action()))
        .isNotEmpty()
        .allSatisfy(pair -> {
          VmRecord next = ((OrderPlan.Do) pair.plan).next();
          assertThat(next.grant().map(Grant::runEpoch)).hasValue(new Epoch(pair.epoch));
          assertThat(next.migration()).isEmpty();
        });
  }

  @Test
  void shouldLeaveAGuestOfALaterGrantAloneWhenAnOldOneIsRemoved() {
    for (Phase phase : Phase.values()) {
      if (phase != Phase.ABSENT) {
        assertThat(plan(phase, Kind.REMOVE, 4, MIGRATION))
            .isEqualTo(new OrderPlan.Do(record(phase), Action.CONFIRM));
      }
    }
  }

  @Test
  void shouldNotActivateATargetUnderTheEpochOfItsSource() {
    assertThat(plan(Phase.READY, Kind.ACTIVATE, 5, MIGRATION)).isInstanceOf(OrderPlan.Refuse.class);
  }

  @Test
  void shouldNotResumeASourceThatLostItsGrant() {
    assertThat(plan(Phase.STOPPED, Kind.ABORT, 6, MIGRATION))
        .isInstanceOfSatisfying(
            OrderPlan.Do.class,
            plan -> {
              assertThat(plan.action()).isEqualTo(Action.ABORT_AND_PAUSE);
              assertThat(plan.next().grant()).isEmpty();
            });
  }

  @Test
  void shouldEndAnIncomingGuestThatWasGrantedAndIsToStopBeforeItEverRan() {
    assertThat(plan(Phase.READY, Kind.STOP, 6, MIGRATION))
        .isInstanceOfSatisfying(
            OrderPlan.Do.class, plan -> assertThat(plan.action()).isEqualTo(Action.REMOVE));
    assertThat(plan(Phase.READY, Kind.STOP, 5, MIGRATION)).isInstanceOf(OrderPlan.Refuse.class);
  }

  @Test
  void shouldLeaveAnotherMigrationAlone() {
    for (Phase phase : List.of(Phase.SENDING, Phase.STOPPED, Phase.RECEIVING, Phase.READY)) {
      assertThat(plan(phase, Kind.ABORT, 5, OTHER_MIGRATION))
          .isEqualTo(new OrderPlan.Do(record(phase), Action.CONFIRM));
    }
    assertThat(plan(Phase.READY, Kind.ACTIVATE, 6, OTHER_MIGRATION))
        .isInstanceOf(OrderPlan.Refuse.class);
  }

  @Test
  void shouldBeWhatItsDocumentSays() throws IOException {
    String document = document();
    if (Boolean.getBoolean("drover.regenerate")) {
      Files.createDirectories(DOCUMENT.getParent());
      Files.writeString(DOCUMENT, document);
    }

    assertThat(DOCUMENT)
        .as("regenerate it with -Ddrover.regenerate=true when the table was meant to change")
        .content()
        .isEqualTo(document);
  }

  private static String document() {
    StringBuilder text = new StringBuilder("# State machine: a guest on its host\n\n");
    text.append(
        "Written by a test that visits every pair; do not edit. Orders of a run epoch below the\n");
    text.append(
        "highest seen are refused (STALE_RUN_EPOCH) in every phase, but for ReadConsole and Remove.\n\n");
    text.append("```mermaid\nstateDiagram-v2\n    [*] --> ABSENT\n");
    arrows()
        .forEach((arrow, orders) ->
            text.append("    %s: %s\n".formatted(arrow, String.join(", ", orders))));
    text.append("```\n");
    text.append(table("Under the epoch of the guest that is here", 5));
    text.append(table("Under a newer epoch", 6));
    return text.toString();
  }

  private static Map<String, Set<String>> arrows() {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (Phase phase : Phase.values()) {
      for (Kind kind : Kind.values()) {
        for (long epoch = 5; epoch <= 6; epoch++) {
          if (plan(phase, kind, epoch, MIGRATION) instanceof OrderPlan.Do plan) {
            Phase next = next(phase, plan.action());
            if (next != phase) {
              arrows.computeIfAbsent(phase + " --> " + next, _ -> new TreeSet<>()).add(kind.name());
            }
          }
        }
      }
    }
    return arrows;
  }

  private static Phase next(Phase phase, Action action) {
    return switch (action) {
      case BOOT, ACTIVATE, RESUME, ABORT_AND_RESUME -> Phase.RUNNING;
      case PAUSE, ABORT_AND_PAUSE -> Phase.PAUSED;
      case STOP -> Phase.ENDED;
      case REMOVE -> Phase.ABSENT;
      case PREPARE -> Phase.RECEIVING;
      case SEND -> Phase.SENDING;
      case STOP_AND_COPY -> Phase.STOPPED;
      case CONFIRM, REPORT, REPEAT_TICKET, REPEAT_SEND, READ_CONSOLE, VERIFY -> phase;
    };
  }

  private static String table(String title, long epoch) {
    StringBuilder text = new StringBuilder("\n## ").append(title).append("\n\n| order |");
    Arrays.stream(Phase.values()).forEach(phase -> text.append(' ').append(phase).append(" |"));
    text.append("\n|---|").append("---|".repeat(Phase.values().length)).append('\n');
    for (Kind kind : Kind.values()) {
      String cells =
          Arrays.stream(Phase.values())
              .map(phase -> cell(plan(phase, kind, epoch, MIGRATION)))
              .collect(Collectors.joining(" | "));
      text.append("| %s | %s |\n".formatted(kind, cells));
    }
    return text.toString();
  }

  private static String cell(OrderPlan plan) {
    return switch (plan) {
      case OrderPlan.Refuse refusal -> "*" + refusal.code() + "*";
      case OrderPlan.Do done -> done.action().name();
    };
  }
}
