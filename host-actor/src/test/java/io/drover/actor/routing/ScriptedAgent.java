package io.drover.actor.routing;

import static io.drover.actor.Samples.NOW;

import io.drover.actor.Ids;
import io.drover.actor.Samples;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.FailureCode;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentReport.Hello;
import io.drover.actor.agent.AgentReport.Outcome;
import io.drover.actor.agent.AgentReport.Round;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.lease.LeaseStatus;
import io.drover.actor.lease.LeaseTerms;
import io.drover.actor.lease.WitnessList;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An agent that keeps guests in a map, and the rules about epochs. Safe on any thread. */
final class ScriptedAgent {
  private static final String DIGEST = "0".repeat(32);

  final Queue<AgentOrder> orders = new ConcurrentLinkedQueue<>();
  final Queue<AgentSession> said = new ConcurrentLinkedQueue<>();
  final Map<VmId, GuestStatus> guests = new ConcurrentHashMap<>();

  /** Orders that get no answer. */
  volatile Predicate<AgentOrder> swallow = _ -> false;

  /** Orders that fail. */
  volatile Predicate<AgentOrder> fail = _ -> false;

  private final AgentNetwork network;
  private final String name;
  private final String incarnation = Ids.random().next();
  private final Map<String, Outcome> answered = new ConcurrentHashMap<>();
  private volatile Consumer<AgentReport> out = _ -> {};
  private volatile String sessionId = "";
  private volatile String witnessEndpoint = "";
  private volatile Optional<LeaseStatus> lease = Optional.empty();

  ScriptedAgent(AgentNetwork network, String name) {
    this.network = network;
    this.name = name;
  }

  Hello hello() {
    Hello sample = Samples.hello(incarnation, guests.values().toArray(GuestStatus[]::new));
    return new Hello(
        sample.area(),
        name,
        sample.incarnation(),
        sample.agentVersion(),
        sample.capacity(),
        sample.hypervisors(),
        sample.images(),
        sample.transferEndpoint(),
        sample.guests(),
        sample.highestControlEpoch(),
        0,
        Map.of(),
        sample.stateId(),
        false,
        witnessEndpoint,
        lease);
  }

  /** From its next session on it takes leases, and vouches for others. */
  ScriptedAgent takingLeases() {
    lease = Optional.of(LeaseStatus.NONE);
    witnessEndpoint = name + ":7300";
    return this;
  }

  /** Has this of its lease on its disk. */
  ScriptedAgent knowing(LeaseStatus status) {
    lease = Optional.of(status);
    return this;
  }

  Optional<LeaseStatus> lease() {
    return lease;
  }

  private void take(LeaseTerms terms, Consumer<AgentReport> reports) {
    if (lease.filter(known -> isBefore(terms, known)).isPresent()) {
      return;
    }
    lease =
        Optional.of(
            new LeaseStatus(
                terms.leaseEpoch(),
                terms.active().version(),
                terms.pending().map(WitnessList::version).orElse(0L),
                true,
                terms.ttl(),
                0));
    reports.accept(beat());
  }

  private static boolean isBefore(LeaseTerms terms, LeaseStatus known) {
    return terms.leaseEpoch().isBefore(known.leaseEpoch())
        || (terms.leaseEpoch().equals(known.leaseEpoch())
            && terms.active().version() < known.activeVersion());
  }

  /** Says that it lives, and how its lease is. */
  AgentReport.Heartbeat beat() {
    return new AgentReport.Heartbeat(1, 0, new ByteSize(0), 0, 1, lease);
  }

  /** What it has of this VM, which must be there. */
  GuestStatus guest(VmId vm) {
    return Optional.ofNullable(guests.get(vm)).orElseThrow();
  }

  void sessionId(String id) {
    sessionId = id;
  }

  String sessionId() {
    return sessionId;
  }

  Behavior<AgentSession> session(Consumer<AgentReport> reports) {
    out = reports;
    return Behaviors.receiveMessage(message -> {
      said.add(message);
      switch (message) {
        case AgentSession.Welcome m -> m.lease().ifPresent(terms -> take(terms, reports));
        case AgentSession.UpdateLease m -> take(m.terms(), reports);
        case AgentSession.Deliver _, AgentSession.Refused _, AgentSession.UpdateEndpoints _ -> {}
      }
      if (message instanceof AgentSession.Deliver d && !swallow.test(d.order())) {
        orders.add(d.order());
        reports.accept(
            new AgentReport.OrderResult(
                d.orderId(), answered.computeIfAbsent(d.orderId(), _ -> obey(d.order()))));
        if (d.order() instanceof AgentOrder.StartPreCopy o) {
          reports.accept(new AgentReport.RoundReported(o.migration(), round(0)));
          reports.accept(new AgentReport.RoundReported(o.migration(), round(1)));
        }
      }
      return Behaviors.same();
    });
  }

  void say(AgentReport report) {
    out.accept(report);
  }

  /** The guest ends by itself. */
  void trap(VmId vm) {
    GuestStatus ended = guest(vm);
    guests.remove(vm);
    say(
        new AgentReport.GuestChanged(
            new GuestStatus(
                vm,
                ended.runEpoch(),
                GuestState.ENDED,
                "trap: unreachable",
                "embedded",
                Optional.empty(),
                Map.of(),
                NOW)));
  }

  void received(MigrationId migration) {
    say(new AgentReport.TargetReady(migration, DIGEST, NOW));
  }

  private Outcome obey(AgentOrder order) {
    if (fail.test(order)) {
      return new Outcome.Failed(FailureCode.HYPERVISOR_FAILED, "as told");
    }
    return switch (order) {
      case AgentOrder.RunGuest o -> run(o);
      case AgentOrder.StopGuest o -> end(o.vm());
      case AgentOrder.RemoveGuest o -> {
        GuestStatus guest = guests.get(o.vm());
        yield guest == null || guest.runEpoch().compareTo(o.runEpoch()) <= 0
            ? end(o.vm())
            : new Outcome.Done();
      }
      case AgentOrder.PauseGuest _ -> new Outcome.Done();
      case AgentOrder.ReadConsole _ ->
          new Outcome.Console(0, "hello".getBytes(StandardCharsets.UTF_8));
      case AgentOrder.VerifyGuest o ->
          Optional.ofNullable(guests.get(o.vm()))
              .<Outcome>map(g -> new Outcome.GuestVerified(NOW, Duration.ofMillis(3), g))
              .orElseGet(() -> new Outcome.Failed(FailureCode.NO_SUCH_GUEST, "none"));
      case AgentOrder.PrepareTarget o -> {
        network.expect(o.migration(), this);
        guests.put(o.vm(), incoming(o));
        yield new Outcome.TargetPrepared(new TransferTicket("127.0.0.1:40123", 7, 42));
      }
      case AgentOrder.StartPreCopy _ -> new Outcome.Done();
      case AgentOrder.StopAndCopy o -> {
        guests.put(o.vm(), status(o.vm(), o.runEpoch(), GuestState.PAUSED));
        network.arrived(o.migration());
        yield stopped();
      }
      case AgentOrder.AbortMigration o -> {
        GuestStatus guest = guests.get(o.vm());
        if (guest != null && guest.state() == GuestState.INCOMING) {
          guests.remove(o.vm());
        } else if (guest != null) {
          guests.put(o.vm(), status(o.vm(), guest.runEpoch(), GuestState.RUNNING));
        }
        network.forget(o.migration());
        yield new Outcome.Done();
      }
    };
  }

  private Outcome run(AgentOrder.RunGuest order) {
    GuestStatus running = status(order.vm(), order.runEpoch(), GuestState.RUNNING);
    guests.put(order.vm(), running);
    return new Outcome.Guest(running);
  }

  private Outcome end(VmId vm) {
    guests.remove(vm);
    return new Outcome.Done();
  }

  private static GuestStatus incoming(AgentOrder.PrepareTarget o) {
    GuestStatus made = status(o.vm(), o.sourceRunEpoch(), GuestState.INCOMING);
    return new GuestStatus(
        made.vm(),
        made.runEpoch(),
        made.state(),
        "",
        made.hypervisor(),
        Optional.of(o.migration()),
        Map.of(),
        NOW);
  }

  private static GuestStatus status(VmId vm, Epoch runEpoch, GuestState state) {
    return new GuestStatus(
        vm, runEpoch, state, "", "embedded", Optional.empty(), Map.of("beats", "1"), NOW);
  }

  private static Round round(int number) {
    return new Round(
        number,
        100,
        50,
        new ByteSize(409_600),
        3,
        100,
        new DataRate(100_000_000),
        Duration.ofMillis(20),
        Duration.ofMillis(2));
  }

  private static Outcome stopped() {
    return new Outcome.SourceStopped(
        DIGEST,
        NOW,
        3,
        new ByteSize(12_288),
        new ByteSize(100),
        new ByteSize(421_888),
        Duration.ZERO,
        Duration.ofMillis(1),
        Duration.ofMillis(1),
        Duration.ofMillis(1));
  }
}
