package io.drover.actor.serialization;

import static io.drover.actor.Samples.E1;
import static io.drover.actor.Samples.E2;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static io.drover.actor.Samples.OP1;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.hello;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.BurstPolicy;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.OperationView;
import io.drover.actor.area.Area;
import io.drover.actor.area.AreaPolicy;
import io.drover.actor.arming.Arming;
import io.drover.actor.drain.Drain;
import io.drover.actor.drill.Drill;
import io.drover.actor.host.Host;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessList;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.operation.KeyedRequest;
import io.drover.actor.operation.Operation;
import io.drover.actor.vm.Vm;
import io.drover.config.units.AreaId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of event has a stored sample of each form it ever had: {@code
 * events/<manifest>[.<n>].json}, the readable form of the CBOR in the journal. Today's code reads
 * them all and writes the newest. {@code -Dregenerate=true} adds what is missing; a sample that is
 * there is never changed.
 */
class StoredEventsTest {
  private static final Path DIRECTORY = Path.of("src", "test", "resources", "events");
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Serialization SERIALIZATION =
      SerializationExtension.get(Adapter.toClassic(KIT.system()));
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

  private static final WitnessList WITNESSES =
      new WitnessList(1, List.of(new Witness(H2.text(), "127.0.0.1:7300")));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static final AreaId SOUTH = new AreaId("south");

  static List<Object> events() {
    Duration grace = Duration.ofSeconds(5);
    return List.<Object>of(
        new Area.Event.AreaDefined(NORTH, 8, NOW),
        new Area.Event.HostJoined(H1, NOW),
        new Area.Event.PolicySet(AreaPolicy.DEFAULT.withBackups(List.of(SOUTH)), NOW),
        new Area.Event.GatewaysChanged(Map.of(NORTH, List.of("127.0.0.1:7200")), NOW),
        new Area.Event.FailedOver(NORTH, SOUTH, E1, Area.Cause.LOST, "no nodes", NOW),
        new Area.Event.FailedBack(SOUTH, E2, Area.Cause.OPERATOR, "well again", NOW),
        new Area.Event.CellsLent(Set.of(3), SOUTH, E1, Area.Cause.OVERLOAD, "full", NOW),
        new Area.Event.CellsReturned(Set.of(3), SOUTH, E2, Area.Cause.RELIEF, "room", NOW),
        new Operation.Event.OperationOpened(VM, NOW),
        new Operation.Event.DrainOpened(H1, NOW),
        new Operation.Event.DrillOpened(NORTH, NOW),
        new Drill.Event.DrillStarted(NORTH, OP1, SOUTH, E1, Set.of(3), 2, NOW),
        new Drill.Event.OperationsAcknowledged(Map.of(3, 2), NOW),
        new Drill.Event.MarkReached(Drill.Mark.ACCEPTED_THERE, NOW),
        new Drill.Event.ReturnStarted(DrillView.Phase.COMPLETED, "it was there", NOW),
        new Drill.Event.DrillEnded(
            NORTH, OP1, NOW, DrillView.Phase.COMPLETED, "it was there", Optional.of(0), NOW),
        new Drain.Event.DrainStarted(H1, OP1, NOW),
        new Drain.Event.HostCordoned(NOW),
        new Drain.Event.MoveStarted(VM, M1, 1, 7, NOW),
        new Drain.Event.MoveEnded(VM, M1, Optional.of(H2), "completed", false, NOW),
        new Drain.Event.AbortStarted("aborted by request", NOW),
        new Drain.Event.DrainEnded(
            H1,
            OP1,
            NOW,
            DrainView.Phase.INCOMPLETE,
            "1 VMs stay",
            List.of(new Drain.VmLeft(VM, "no target")),
            NOW),
        new KeyedRequest.Event.RequestBegun("digest", NOW),
        new KeyedRequest.Event.RequestAnswered(
            new KeyedRequest.Outcome.OfOperation(
                new OperationView(
                    OP1.text(),
                    "stop",
                    VM.text(),
                    OperationView.Status.RUNNING,
                    "",
                    NOW,
                    Optional.empty())),
            NOW),
        new Host.Event.HostRegistered(H1, Host.Capabilities.of(hello("i1")), NOW),
        new Host.Event.CapabilitiesChanged(Host.Capabilities.of(hello("i1")), NOW),
        new Host.Event.ControlTaken(E1, NOW),
        new Host.Event.AgentAttached("i1", "state1", NOW),
        new Host.Event.AgentDetached("silence", NOW),
        new Host.Event.Claimed(VM, SPEC.resources(), NOW),
        new Host.Event.ClaimReleased(M1, "done", NOW),
        new Host.Event.ClaimHandedOver(M1, VM, NOW),
        new Host.Event.Cordoned(NOW),
        new Host.Event.Uncordoned(NOW),
        new Host.Event.ClaimConfirmed(VM, NOW),
        new Host.Event.LeaseOpened(E1, Duration.ofSeconds(6), WITNESSES, NOW),
        new Host.Event.LeaseClosed(NOW),
        new Host.Event.LeaseHeld(E1, NOW),
        new Host.Event.WitnessesProposed(WITNESSES, NOW),
        new Host.Event.WitnessesActivated(1, NOW),
        new Host.Event.RevocationBegun(E1, NOW),
        new Host.Event.LeaseRevoked(E1, "h2 5.0 s ago", NOW),
        new Host.Event.FenceBegun(1, NOW),
        new Host.Event.FenceFailed("status: exit 0", NOW),
        new Host.Event.HostFenced(new FenceProof(FenceProof.By.LEASE, "it ran out", NOW), NOW),
        new Arming.Event.Armed(true, NOW),
        new Arming.Event.Disarmed(NOW, ArmingView.Mode.FREEZE, "new switches", NOW),
        new Vm.Event.Created(VM, "web", SPEC, BurstPolicy.ALLOW, "digest", NOW),
        new Vm.Event.Overflowed(NORTH, SOUTH, NOW),
        new Vm.Event.Granted(H1, E1, "created", true, NOW),
        new Vm.Event.Started(E1, NOW),
        new Vm.Event.OperationAccepted(OP1, Vm.Work.STOP, grace, NOW),
        new Vm.Event.OperationFailed(OP1, "no", NOW),
        new Vm.Event.Stopped(NOW),
        new Vm.Event.Deleted(NOW),
        new Vm.Event.Failed("trap", NOW),
        new Vm.Event.Relocated(H2, E2, H1, "h1 was fenced", NOW),
        new Vm.Event.OperatorNeeded("again", NOW),
        new Vm.Event.MigrationBegun(M1, NOW),
        new Vm.Event.Locked(M1, NOW),
        new Vm.Event.SwitchedOver(M1, H2, E2, NOW),
        new Vm.Event.MigrationAbandoned(M1, NOW),
        new Vm.Event.MigrationEnded(M1, "completed", NOW));
  }

  @Test
  void shouldHaveASampleOfEveryEvent() {
    List<Class<?>> all =
        Stream.of(
                Area.Event.class,
                Arming.Event.class,
                Host.Event.class,
                Vm.Event.class,
                Operation.Event.class,
                Drain.Event.class,
                Drill.Event.class,
                KeyedRequest.Event.class)
            .flatMap(root -> MachineCoverage.membersOf(root).stream())
            .toList();

    assertThat(events()).extracting(Object::getClass).containsExactlyInAnyOrderElementsOf(all);
  }

  @ParameterizedTest
  @MethodSource("events")
  void shouldWriteAnEventAsItsNewestSampleSays(Object event) throws IOException {
    Path newest = newestOf(event.getClass().getName());
    String written = json(SERIALIZATION.serialize(event).get());
    if (Boolean.getBoolean("regenerate") && !Files.exists(newest)) {
      Files.createDirectories(DIRECTORY);
      Files.writeString(newest, written);
    }

    assertThat(JSON.readTree(written)).isEqualTo(JSON.readTree(Files.readString(newest)));
  }

  @ParameterizedTest
  @MethodSource("events")
  void shouldReadEverySampleOfAnEvent(Object event) throws IOException {
    String manifest = event.getClass().getName();
    int serializer = SERIALIZATION.findSerializerFor(event).identifier();

    for (Path sample : samplesOf(manifest)) {
      byte[] stored = CBOR.writeValueAsBytes(JSON.readTree(Files.readString(sample)));
      assertThat(SERIALIZATION.deserialize(stored, serializer, manifest).get())
          .as(sample.toString())
          .isInstanceOf(event.getClass());
    }
    assertThat(roundTrip(event, serializer)).isEqualTo(event);
  }

  @Test
  void shouldSayWhichIdInAnEventIsMalformed() {
    JsonNode broken =
        JSON.createObjectNode().put("type", "HostJoined").put("host", "nonsense").put("at", 0);

    assertThatThrownBy(() ->
            SERIALIZATION
                .deserialize(
                    CBOR.writeValueAsBytes(broken),
                    SERIALIZATION
                        .findSerializerFor(new Area.Event.HostJoined(H1, NOW))
                        .identifier(),
                    Area.Event.HostJoined.class.getName())
                .get())
        .hasMessageContaining("not a host id: \"nonsense\"");
  }

  private static Object roundTrip(Object event, int serializer) {
    byte[] bytes = SERIALIZATION.serialize(event).get();
    return SERIALIZATION.deserialize(bytes, serializer, event.getClass().getName()).get();
  }

  private static String json(byte[] cbor) throws IOException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(CBOR.readTree(cbor)) + "\n";
  }

  /** {@code X.json} is the oldest form, then {@code X.2.json} and so on. */
  private static List<Path> samplesOf(String manifest) throws IOException {
    String name = simple(manifest);
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .filter(f -> f.getFileName().toString().matches(name + "(\\.\\d+)?\\.json"))
          .sorted(Comparator.comparingInt(StoredEventsTest::form))
          .toList();
    }
  }

  private static int form(Path sample) {
    String[] parts = sample.getFileName().toString().split("\\.");
    return parts.length == 2 ? 1 : Integer.parseInt(parts[1]);
  }

  private static Path newestOf(String manifest) throws IOException {
    if (!Files.isDirectory(DIRECTORY)) {
      return DIRECTORY.resolve(simple(manifest) + ".json");
    }
    List<Path> all = samplesOf(manifest);
    return all.isEmpty() ? DIRECTORY.resolve(simple(manifest) + ".json") : all.getLast();
  }

  /** {@code io.drover.actor.vm.Vm$Event$Created} is {@code Vm-Event-Created}. */
  private static String simple(String manifest) {
    return manifest.substring(manifest.lastIndexOf('.') + 1).replace('$', '-');
  }
}
