package io.drover.actor.host;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.fencing;
import static io.drover.actor.Samples.hello;
import static io.drover.actor.Samples.settings;
import static java.util.stream.Collectors.joining;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessList;
import io.drover.actor.machine.Answers;
import io.drover.actor.machine.MachineCoverage;
import io.drover.config.units.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class HostMachineTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());

  private final Answers caller = new Answers(KIT);
  private final MachineCoverage coverage =
      new MachineCoverage("host", HostState.class, Event.class, List.of(Command.class));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static final WitnessList WITNESSES =
      new WitnessList(
          1,
          List.of(
              new Witness("w1", "127.0.0.1:1"),
              new Witness("w2", "127.0.0.1:2"),
              new Witness("w3", "127.0.0.1:3")));

  static final List<Event> EVENTS =
      List.of(
          new Event.HostRegistered(H1, Host.Capabilities.of(hello("i1")), NOW),
          new Event.CapabilitiesChanged(Host.Capabilities.of(hello("i2")), NOW),
          new Event.ControlTaken(E1, NOW),
          new Event.AgentAttached("i1", "state1", NOW),
          new Event.AgentDetached("silence", NOW),
          new Event.Claimed(VM, SPEC.resources(), NOW),
          new Event.ClaimReleased(VM, "done", NOW),
          new Event.ClaimHandedOver(M1, VM, NOW),
          new Event.Cordoned(NOW),
          new Event.Uncordoned(NOW),
          new Event.ClaimConfirmed(M1, NOW),
          new Event.LeaseOpened(E1, Duration.ofSeconds(6), WITNESSES, NOW),
          new Event.LeaseClosed(NOW),
          new Event.LeaseHeld(E1, NOW),
          new Event.WitnessesProposed(new WitnessList(2, WITNESSES.witnesses()), NOW),
          new Event.WitnessesActivated(2, NOW),
          new Event.RevocationBegun(E1, NOW),
          new Event.LeaseRevoked(E1, "majority", NOW),
          new Event.FenceBegun(1, NOW),
          new Event.FenceFailed("no answer", NOW),
          new Event.HostFenced(new FenceProof(FenceProof.By.LEASE, "ran out", NOW), NOW));

  private static HostState after(Event... events) {
    HostState state = new HostState.Unregistered();
    for (Event event : events) {
      state = HostState.evolve(state, event);
    }
    return state;
  }

  private static final Event REGISTERED = EVENTS.getFirst();
  private static final Event CLAIMED_FOR_MIGRATION = new Event.Claimed(M1, SPEC.resources(), NOW);

  private static final List<HostState> STATES =
      List.of(
          after(),
          after(REGISTERED, CLAIMED_FOR_MIGRATION),
          after(
              REGISTERED,
              CLAIMED_FOR_MIGRATION,
              new Event.LeaseOpened(E1, Duration.ofSeconds(6), WITNESSES, NOW),
              new Event.WitnessesProposed(new WitnessList(2, WITNESSES.witnesses()), NOW)),
          after(REGISTERED, CLAIMED_FOR_MIGRATION, new Event.Cordoned(NOW)),
          after(
              REGISTERED,
              CLAIMED_FOR_MIGRATION,
              new Event.LeaseOpened(E1, Duration.ofSeconds(6), WITNESSES, NOW),
              new Event.WitnessesProposed(new WitnessList(2, WITNESSES.witnesses()), NOW),
              new Event.Cordoned(NOW)));

  @Test
  void shouldAnswerEveryCommandInEveryState() {
    coverage.visitEvents(STATES, EVENTS, HostState::evolve);
    EventSourcedBehaviorTestKit<Command, Event, HostState> kit =
        EventSourcedBehaviorTestKit.create(
            KIT.system(),
            Host.create(
                H1,
                PersistenceId.ofUniqueId("host-machine"),
                new Host.Ports(new RecordingPeers(), settings(), () -> NOW, fencing()),
                () -> caller.ref().tell("rests")));

    for (HostState state : STATES) {
      for (Command command : commands()) {
        kit.clear();
        kit.initialize(state);
        var result = kit.runCommand(command);
        coverage.visited(state, command, resultOf(result.events()));
      }
    }

    coverage.assertCompleteAndDocumented();
  }

  private String resultOf(List<Event> events) {
    String answer =
        caller
            .take()
            .map(a -> a instanceof String said ? said : a.getClass().getSimpleName())
            .orElse(MachineCoverage.NOTHING);
    String persisted =
        events.stream().map(e -> e.getClass().getSimpleName()).collect(joining(", "));
    return persisted.isEmpty() ? answer : "**" + persisted + "**";
  }

  private List<Command> commands() {
    EndpointList endpoints = new EndpointList(1, List.of("127.0.0.1:7200"));
    return List.of(
        new Command.AttachAgent(H1, hello("i1"), endpoints, caller.ref(), "s1"),
        new Command.AgentSaid(
            "s0", new AgentReport.Heartbeat(1, 0.1, ByteSize.ZERO, 0, 1, Optional.empty())),
        new Command.DetachAgent("s0"),
        new Command.CheckSession("s0", caller.ref()),
        new Command.CheckSession("s0", caller.ref()),
        new Command.Claim(VM, SPEC.resources(), "pulse", caller.ref()),
        new Command.Claim(M1, SPEC.resources(), "pulse", caller.ref()),
        new Command.ReleaseClaim(M1),
        new Command.ReleaseClaim(VM),
        new Command.HandOverClaim(M1, VM, caller.ref()),
        new Command.HandOverClaim(VM, M1, caller.ref()),
        new Command.Instruct(
            "o1", new AgentOrder.RemoveGuest(VM, E1), Duration.ofSeconds(1), caller.ref()),
        new Command.ReportGuest(VM),
        new Command.UpholdFence(VM, E1),
        new Command.SendOffer(),
        new Command.UpdateEndpoints(endpoints),
        new Command.Cordon(caller.ref()),
        new Command.Uncordon(caller.ref()),
        new Command.ConfirmOff("I looked", caller.ref()),
        new Command.IfUnchanged(0, new Command.Cordon(caller.ref())),
        new Command.Get(caller.ref()),
        new ToSelf.Tick(),
        new ToSelf.CheckClaims(),
        new ToSelf.NeedAnswered(new Host.Need(VM, 1, false)),
        new ToSelf.NeedAnswered(new Host.Need(M1, 1, false)),
        new ToSelf.WitnessesFound(new Host.Candidates(List.of())),
        new ToSelf.WitnessUnreached("w1", "no answer"),
        new ToSelf.WitnessAnswered(
            "w1", E1, Duration.ZERO, new WitnessCalls.Answer(true, Duration.ofSeconds(9))),
        new ToSelf.LeaveAnswered(new Host.Leave(true, "")),
        new ToSelf.FenceEnded(1, new PowerSwitch.Answer(true, "off")),
        new ToSelf.Idle());
  }
}
