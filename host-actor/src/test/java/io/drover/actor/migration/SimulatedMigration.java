package io.drover.actor.migration;

import io.drover.actor.api.MigrationView.Phase;
import io.drover.actor.host.ClaimReply;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.migration.Migration.Command;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.Migration.Notice;
import io.drover.actor.migration.MigrationBehavior.Internal;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.vm.Vm;
import io.drover.config.settings.MigrationSettings;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;

/** A migration without its actor: a journal, a course, and crashes around each write. */
final class SimulatedMigration {
  final MigrationId id;
  final List<Event> journal = new ArrayList<>();
  private final Simulation simulation;
  private final SimulatedNetwork network;
  private final MigrationSettings settings;
  private MigrationState state = new MigrationState.Empty();
  private MigrationCourse course;
  private List<Mailbox<?>> mailboxes = List.of();
  private int incarnation;
  private boolean down;

  /** Asked at each event: crash before it is in the journal, after it, or not at all. */
  enum Crash {
    BEFORE,
    AFTER,
    NOT
  }

  Function<Event, Crash> crashes = _ -> Crash.NOT;

  /** Told of each state that is entered, as an observer is. */
  Consumer<MigrationState> entered = _ -> {};

  private record Mailbox<T>(TestInbox<T> inbox, Function<T, Internal> wrap) {
    static <T> Mailbox<T> create(Function<T, Internal> wrap) {
      return new Mailbox<>(TestInbox.create(), wrap);
    }

    ActorRef<T> ref() {
      return inbox.getRef();
    }

    List<Internal> take() {
      return inbox.getAllReceived().stream().map(wrap).toList();
    }
  }

  SimulatedMigration(
      MigrationId id, Simulation simulation, SimulatedNetwork network, MigrationSettings settings) {
    this.id = id;
    this.simulation = simulation;
    this.network = network;
    this.settings = settings;
    this.course = start();
  }

  private MigrationCourse start() {
    Mailbox<Vm.MigrationReply> vm = Mailbox.create(Internal.VmSaid::new);
    Mailbox<Scheduler.Placement> scheduler = Mailbox.create(Internal.SchedulerSaid::new);
    Mailbox<OrderOutcome> orders = Mailbox.create(Internal.OrderEnded::new);
    Mailbox<ClaimReply> claims = Mailbox.create(Internal.ClaimAnswered::new);
    Mailbox<Host.Reply> hosts = Mailbox.create(Internal.HostSeen::new);
    mailboxes = List.of(vm, scheduler, orders, claims, hosts);
    MigrationSteps steps =
        new MigrationSteps(
            id,
            network,
            new MigrationSteps.Mailboxes(
                vm.ref(), scheduler.ref(), orders.ref(), claims.ref(), hosts.ref()));
    return new MigrationCourse(
        new MigrationTools(id, settings, steps, new Alarms(), new MigrationProgress(), simulation));
  }

  /** Of one incarnation: they die with it. */
  private final class Alarms implements MigrationAlarms {
    private final int mine = incarnation;
    private final Map<Alarm, Integer> latest = new EnumMap<>(Alarm.class);
    private int count;

    @Override
    public void ring(Alarm alarm, Duration after, int entry) {
      int number = ++count;
      latest.put(alarm, number);
      simulation.after(
          after,
          () -> {
            if (mine == incarnation && latest.getOrDefault(alarm, 0) == number) {
              hear(new Internal.Rang(alarm, entry));
            }
          });
    }

    @Override
    public void cancelAll() {
      latest.clear();
    }
  }

  MigrationState state() {
    return state;
  }

  Phase phase() {
    return state.phase();
  }

  boolean isOver() {
    return state instanceof MigrationState.Over;
  }

  List<Phase> phases() {
    return state instanceof Known known
        ? known.job().history().stream().map(entry -> entry.phase()).toList()
        : List.of();
  }

  /** Answers that have been given go on their way; called after each step of the simulation. */
  void collectAnswers() {
    int to = incarnation;
    for (Mailbox<?> mailbox : mailboxes) {
      for (Internal answer : mailbox.take()) {
        network.send(
            answer,
            () -> {
              if (to == incarnation) {
                hear(answer);
              }
            });
      }
    }
  }

  void hear(Command command) {
    if (down) {
      return;
    }
    Optional<Event> event =
        switch (command) {
          case Internal c -> course.hear(state, c);
          case Notice c -> course.hear(state, c);
          case Migration.Request.Cancel _ when state instanceof MigrationState.Revocable ->
              Optional.of(course.cancel("cancelled by request"));
          case Migration.Request _ -> Optional.empty();
        };
    event.ifPresent(this::persist);
  }

  boolean needsClaimAt(HostId host) {
    return state.needsClaimAt(host);
  }

  boolean isDown() {
    return down;
  }

  void persist(Event event) {
    Crash crash = crashes.apply(event);
    if (crash != Crash.BEFORE) {
      journal.add(event);
    }
    if (crash == Crash.NOT) {
      state = MigrationHistory.evolve(state, event);
      entered.accept(state);
      course.entered(state);
    } else {
      crash(simulation.between(Duration.ofMillis(200), Duration.ofSeconds(20)));
    }
  }

  void crash(Duration outage) {
    incarnation++;
    down = true;
    simulation.after(outage, this::recover);
  }

  private void recover() {
    down = false;
    course = start();
    state = new MigrationState.Empty();
    journal.forEach(event -> state = MigrationHistory.evolve(state, event));
    course.recovered(state);
  }

  /** The last phase's reason, for people. */
  String reason() {
    return state instanceof Known known ? known.job().current().reason() : "";
  }
}
