package io.drover.actor.host;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.fencing;
import static io.drover.actor.Samples.guest;
import static io.drover.actor.Samples.hello;
import static io.drover.actor.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.HostView;
import io.drover.actor.host.Host.Command;
import io.drover.actor.host.Host.Event;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class HostFaultTest {
  private static final ActorTestKit KIT = ActorTestKit.create(EventSourcedBehaviorTestKit.config());

  private static final VmId OTHER_VM = VmId.parse("vm-north-00-01k0000000000000000000000z");

  private final TestProbe<OrderOutcome> outcomes = KIT.createTestProbe(OrderOutcome.class);
  private Duration elapsed = Duration.ofHours(1);
  private final RecordingPeers peers = new RecordingPeers();
  private final EventSourcedBehaviorTestKit<Command, Event, HostState> host =
      EventSourcedBehaviorTestKit.create(
          KIT.system(),
          Host.create(
              H1,
              PersistenceId.ofUniqueId("host-fault"),
              new Host.Ports(peers, settings(), () -> NOW, fencing(() -> elapsed.toNanos())),
              () -> {}));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldKnowAGuestWhoseEarlierGrantWasRemoved() {
    host.runCommand(
        new Command.AttachAgent(
            H1,
            hello("i1", guest(2, GuestState.RUNNING)),
            new EndpointList(1, List.of("127.0.0.1:7200")),
            KIT.createTestProbe(AgentSession.class).ref(),
            "s1"));
    host.runCommand(
        new Command.Instruct(
            "o1",
            new AgentOrder.RemoveGuest(VM, E1),
            Duration.ofSeconds(1),
            KIT.createTestProbe(OrderOutcome.class).ref()));

    host.runCommand(
        new Command.AgentSaid(
            "s1", new AgentReport.OrderResult("o1", new AgentReport.Outcome.Done())));

    host.runCommand(new Command.ReportGuest(VM));
    assertThat(peers.words().getLast()).isEqualTo("attached " + VM + " RUNNING");
  }

  @Test
  void shouldRefuseAnAgentThatDoesNotKnowWhatWasGrantedHere() {
    attach(withState(hello("i1"), "state1", false), "s1");
    host.runCommand(claim(VM));
    host.runCommand(new Command.DetachAgent("s1"));

    TestProbe<AgentSession> stranger = attach(withState(hello("i2"), "state2", false), "s2");

    assertThat(stranger.receiveMessage())
        .isInstanceOfSatisfying(
            AgentSession.Refused.class,
            refused -> {
              assertThat(refused.permanent()).isTrue();
              assertThat(refused.reason())
                  .contains(H1.text(), "state1", "state2", "1 VMs", "--state-lost");
            });
    assertThat(attach(withState(hello("i3"), "state1", false), "s3").receiveMessage())
        .isInstanceOf(AgentSession.Welcome.class);
  }

  @Test
  void shouldTakeAnotherStateFolderWhenNothingIsPlacedHereOrSomebodyLooked() {
    attach(withState(hello("i1"), "state1", false), "s1");
    host.runCommand(new Command.DetachAgent("s1"));

    assertThat(attach(withState(hello("i2"), "state2", false), "s2").receiveMessage())
        .isInstanceOf(AgentSession.Welcome.class);

    host.runCommand(claim(VM));
    host.runCommand(new Command.DetachAgent("s2"));
    assertThat(attach(withState(hello("i3"), "state3", true), "s3").receiveMessage())
        .isInstanceOf(AgentSession.Welcome.class);
    host.runCommand(new Command.DetachAgent("s3"));
    assertThat(attach(withState(hello("i4"), "state3", false), "s4").receiveMessage())
        .isInstanceOf(AgentSession.Welcome.class);
  }

  @Test
  void shouldHaveTheAgentSayHelloAgainWhenSomethingItSaidWasLost() {
    TestProbe<AgentSession> agent = attach(hello("i1", guest(2, GuestState.RUNNING)), "s1");
    assertThat(agent.receiveMessage()).isInstanceOf(AgentSession.Welcome.class);
    host.runCommand(new Command.AgentSaid("s1", 1, heartbeat()));
    host.runCommand(new Command.AgentSaid("s1", 1, heartbeat())); // told twice: nothing is missing

    var result = host.runCommand(new Command.AgentSaid("s1", 3, heartbeat()));

    assertThat(result.event()).isInstanceOf(Host.Event.AgentDetached.class);
    assertThat(agent.receiveMessage())
        .isEqualTo(new AgentSession.Refused("a message of the agent was lost", false));
  }

  @Test
  void shouldKeepAClaimWhoseReleaseComesLate() {
    attach(hello("i1"), "s1");
    host.runCommand(claim(VM));
    peers.needed = true; // it has claimed again since it released

    host.runCommand(new Command.ReleaseClaim(VM));
    assertThat(claims()).containsExactly(VM.text());

    peers.needed = false;
    host.runCommand(new Command.ReleaseClaim(VM));
    assertThat(claims()).isEmpty();
  }

  @Test
  void shouldNotTakeAnAnswerForThatToALaterQuestion() {
    attach(hello("i1"), "s1");
    peers.silent = true;
    host.runCommand(claim(VM));
    host.runCommand(new Command.ReleaseClaim(VM));
    host.runCommand(claim(VM)); // again: what it answers to the first question is of before
    host.runCommand(new ToSelf.CheckClaims());

    host.runCommand(new ToSelf.NeedAnswered(new Host.Need(VM, 1, false)));
    assertThat(claims()).containsExactly(VM.text());

    host.runCommand(new ToSelf.NeedAnswered(new Host.Need(VM, 2, false)));
    assertThat(claims()).isEmpty();
  }

  /** Its owner was read anew from a journal that did not have its grant yet, and gave it back. */
  @Test
  void shouldClaimAgainForAVmThatIsToBoot() {
    attach(hello("i1"), "s1");
    assertThat(claims()).isEmpty();

    assertThat(host.runCommand(boot(SPEC, outcomes.ref())).events())
        .containsExactly(new Event.Claimed(VM, SPEC.resources(), NOW));
    assertThat(claims()).containsExactly(VM.text());

    assertThat(host.runCommand(boot(SPEC, outcomes.ref())).hasNoEvents()).isTrue();
  }

  @Test
  void shouldNotBootWhatItHasNoRoomForAnyMore() {
    attach(hello("i1"), "s1");
    Resources all = new Resources(1, ByteSize.ofMib(1024));
    GuestSpec large = new GuestSpec(SPEC.image(), all, Map.of());
    host.runCommand(claim(OTHER_VM));

    assertThat(host.runCommand(boot(large, outcomes.ref())).hasNoEvents()).isTrue();

    assertThat(outcomes.expectMessageClass(OrderOutcome.Unanswered.class).reason())
        .contains(VM + " has no claim here any more", "memory: 1 GiB asked");
  }

  private static Command boot(GuestSpec spec, ActorRef<OrderOutcome> replyTo) {
    AgentOrder.RunGuest order =
        new AgentOrder.RunGuest(VM, E1, spec, new AgentOrder.RunMode.Boot());
    return new Command.Instruct(VM + "/run/1", order, Duration.ofSeconds(30), replyTo);
  }

  @Test
  void shouldSayAgainWhatCameInAndHasNoClaim() {
    attach(hello("i1", guest(2, GuestState.INCOMING)), "s1");

    host.runCommand(new ToSelf.CheckClaims());

    assertThat(peers.words().getLast()).isEqualTo("reported " + VM + " INCOMING");
  }

  @Test
  void shouldSayThatItsAgentHasNotComeBackSinceControlMoved() {
    attach(hello("i1"), "s1");

    host.restart();

    TestProbe<Host.Reply> asker = KIT.createTestProbe();
    host.runCommand(new Command.Get(asker.ref()));
    HostView view = asker.expectMessageClass(Host.Reply.Shown.class).host();
    assertThat(view.lastHeartbeat()).isEmpty();
    assertThat(view.liveness().reason()).contains("not come back yet since control moved");
  }

  /** What the agent said while this entity waited for its journal stands behind the tick. */
  @Test
  void shouldNotTakeItsOwnAbsenceForTheSilenceOfItsAgent() {
    attach(hello("i1"), "s1");
    host.runCommand(new ToSelf.Tick());
    elapsed = elapsed.plus(settings().sessionTimeout().multipliedBy(2));

    assertThat(host.runCommand(new ToSelf.Tick()).hasNoEvents()).isTrue();
    host.runCommand(new Command.AgentSaid("s1", 1, heartbeat()));

    Duration second = settings().heartbeatInterval();
    Duration silent = Duration.ZERO;
    while (silent.plus(second).compareTo(settings().sessionTimeout()) < 0) {
      silent = silent.plus(second);
      elapsed = elapsed.plus(second);
      assertThat(host.runCommand(new ToSelf.Tick()).hasNoEvents()).isTrue();
    }
    elapsed = elapsed.plus(second);
    assertThat(host.runCommand(new ToSelf.Tick()).event())
        .isInstanceOf(Host.Event.AgentDetached.class);
  }

  private static AgentReport heartbeat() {
    return new AgentReport.Heartbeat(1, 0.1, ByteSize.ZERO, 0, 0, Optional.empty());
  }

  private TestProbe<AgentSession> attach(AgentReport.Hello hello, String session) {
    TestProbe<AgentSession> probe = KIT.createTestProbe(AgentSession.class);
    host.runCommand(
        new Command.AttachAgent(
            H1, hello, new EndpointList(1, List.of("127.0.0.1:7200")), probe.ref(), session));
    return probe;
  }

  private List<String> claims() {
    host.runCommand(new Command.SendOffer()); // behind what owners have answered
    return ((HostState.Registered) host.getState())
        .facts().claims().stream().map(HostView.Claim::owner).toList();
  }

  private static Command claim(VmId vm) {
    return new Command.Claim(
        vm,
        new Resources(100, ByteSize.ofMib(64)),
        "pulse",
        Optional.empty(),
        KIT.createTestProbe(ClaimReply.class).ref());
  }

  private static AgentReport.Hello withState(AgentReport.Hello h, String state, boolean lost) {
    return new AgentReport.Hello(
        h.area(),
        h.hostName(),
        h.incarnation(),
        h.agentVersion(),
        h.capacity(),
        h.hypervisors(),
        h.images(),
        h.transferEndpoint(),
        h.guests(),
        h.highestControlEpoch(),
        h.endpointListVersion(),
        h.labels(),
        state,
        lost,
        h.witnessEndpoint(),
        h.lease());
  }
}
