package io.drover.multinode.simulation.fleet;

import io.drover.agent.guest.Guest;
import io.drover.agent.session.ControlSession;
import io.drover.agent.session.ManagedHost;
import io.drover.agent.store.AgentStore;
import io.drover.agent.store.VmRecord;
import io.drover.agent.supervision.GuestOrder;
import io.drover.config.settings.AgentLeaseSettings;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.multinode.simulation.engine.Loop;
import io.drover.multinode.simulation.engine.Machine;
import io.drover.protocol.v1.Capacity;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.HypervisorSupport;
import io.drover.protocol.v1.ImageSupport;
import io.drover.protocol.v1.LeaseStatus;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderFailure;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.OtherArguments;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One life of an agent on a simulated host. Session, order intake, durable store and order table
 * are the shipped ones. Its guests belong to the host and may outlive it.
 */
final class SimulatedAgent implements ManagedHost {
  private static final Comparator<VmId> BY_TEXT = Comparator.comparing(VmId::text);

  private final Fleet fleet;
  private final SimulatedHost host;
  private final Machine machine;
  private final AgentStore store;
  private final AgentLease lease;
  private final Map<VmId, GuestPlace> places = new TreeMap<>(BY_TEXT);
  private Optional<ActorRef<ControlSession.Command>> session = Optional.empty();

  /** Starts an agent: it takes over what an earlier one left. */
  SimulatedAgent(SimulatedHost host, Machine machine, Path directory) {
    this.fleet = host.fleet();
    this.host = host;
    this.machine = machine;
    this.store = AgentStore.open(directory, fleet.disk());
    this.lease = new AgentLease(this);
    host.observer().agentStarted(host.name(), store);
    List.copyOf(host.guests()).forEach(g -> place(g.vm()).adopt(g));
    for (VmRecord record : store.vms()) {
      boolean expected = record.grant().isPresent() || record.migration().isPresent();
      if (expected && host.guest(record.vm()).isEmpty()) {
        place(record.vm()).findLost();
      }
    }
    lease.keeper().onChange(this::leaseChanged);
    later(Duration.ofMillis(50), () -> session = Optional.of(startSession(directory)));
  }

  private void leaseChanged() {
    if (lease.keeper().refusal().isEmpty()) {
      List.copyOf(places.values()).forEach(GuestPlace::leaseHeld);
    }
    session.ifPresent(s -> s.tell(new ControlSession.Beat()));
  }

  private ActorRef<ControlSession.Command> startSession(Path directory) {
    return fleet
        .world()
        .spawn(
            machine,
            ControlSession.create(
                settings(directory),
                store,
                this,
                Wire.opener(fleet, machine),
                () -> fleet.world().loop().bits()),
            "session");
  }

  private AgentSettings settings(Path directory) {
    return new AgentSettings(
        fleet.plan().areaOfHost(machine.name()),
        machine.name(),
        fleet.plan().gatewaysFor(machine.name()),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        new BindAddress("127.0.0.1", 0),
        directory,
        directory,
        Duration.ofSeconds(1),
        new AgentSettings.Reconnect(
            Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(60)),
        2,
        2,
        new AgentLeaseSettings(true, new BindAddress("127.0.0.1", 0), directory),
        true,
        false);
  }

  SimulatedHost host() {
    return host;
  }

  AgentLease leases() {
    return lease;
  }

  Fleet fleet() {
    return fleet;
  }

  Loop loop() {
    return fleet.world().loop();
  }

  String name() {
    return machine.name();
  }

  Machine machine() {
    return machine;
  }

  AgentStore store() {
    return store;
  }

  void close() {
    store.close();
  }

  long wallMicros() {
    return ChronoUnit.MICROS.between(
        java.time.Instant.EPOCH, loop().instant().plus(fleet.clockError(machine.name())));
  }

  /** Unless this agent has died by then. */
  void later(Duration delay, Runnable work) {
    loop().after(delay, () -> run(work));
  }

  void run(Runnable work) {
    fleet.world().run(machine, work);
  }

  boolean isThisLife(GuestPlace place) {
    return machine.isAlive() && places.containsValue(place);
  }

  private GuestPlace place(VmId vm) {
    return places.computeIfAbsent(vm, v -> new GuestPlace(v, this));
  }

  void say(FromAgent message) {
    session.ifPresent(s -> s.tell(new ControlSession.Say(message)));
  }

  // ---- guests

  void destroy(SimulatedGuest guest) {
    lease.keeper().release(guest.vm());
    host.destroy(guest);
  }

  /** One of its guests is gone, and not by its doing. */
  void guestEnded(VmId vm, String reason) {
    place(vm).ended(reason);
  }

  boolean hasRoomFor(VmId vm) {
    long others = host.guests().stream().filter(g -> !g.vm().equals(vm)).count();
    return others < fleet.plan().guestsPerHost();
  }

  /** One of its running guests ends by itself. */
  void trapOne() {
    List<VmId> running =
        host.guests().stream()
            .filter(g -> g.state() == Guest.State.RUNNING)
            .map(SimulatedGuest::vm)
            .sorted(BY_TEXT)
            .toList();
    if (!running.isEmpty()) {
      place(loop().oneOf(running)).ended("trap");
    }
  }

  // ---- as its session sees it

  @Override
  public Hello describe() {
    Resources capacity = fleet.plan().hostCapacity();
    return Hello.newBuilder()
        .setArea(fleet.plan().areaOfHost(machine.name()).name())
        .setHostName(machine.name())
        .setIncarnation(machine.toString())
        .setAgentVersion("simulated")
        .setCapacity(
            Capacity.newBuilder()
                .setCpuMillis(capacity.cpuMillis())
                .setMemoryBytes(capacity.memory().bytes()))
        .setTransferEndpoint(machine.name() + ":1")
        .setWitnessEndpoint(fleet.plan().addressOf(machine.name()).toString())
        .setLease(lease.keeper().status())
        .addHypervisors(
            HypervisorSupport.newBuilder()
                .setKind("record")
                .setAvailable(true)
                .setMemoryGranuleBytes(4096))
        .addImages(
            ImageSupport.newBuilder()
                .setName(Plan.IMAGE)
                .setHypervisor("record")
                .setSizeBytes(1)
                .setSha256("ab".repeat(32))
                .setMinMemoryBytes(4096)
                .setUsable(true)
                .setOtherArguments(OtherArguments.OTHER_ARGUMENTS_NONE))
        .build();
  }

  @Override
  public void guests(Consumer<List<GuestStatus>> reply) {
    reply.accept(places.values().stream().flatMap(p -> p.status().stream()).toList());
  }

  @Override
  public void execute(Order order, Consumer<OrderResult> reply) {
    long highest = store.agent().highestControlEpoch().value();
    fleet.observer().obeyed(machine.name(), order.getControlEpoch(), highest, order.getOrderId());
    fleet.world().trace().note(machine.toString(), order);
    GuestOrder parsed = GuestOrder.of(order);
    place(parsed.vm()).execute(parsed, reply);
  }

  @Override
  public Optional<LeaseStatus> lease() {
    return Optional.of(lease.keeper().status());
  }

  @Override
  public void offer(String hostId, LeaseTerms terms) {
    lease.keeper().offer(hostId, terms);
  }

  @Override
  public void announce() {
    places.values().forEach(GuestPlace::announce);
  }

  @Override
  public ByteSize memoryUsed() {
    return ByteSize.ofMib(64L * host.guests().size());
  }

  @Override
  public double load() {
    return 0;
  }

  static OrderResult failed(OrderFailure.Code code, String detail) {
    return OrderResult.newBuilder()
        .setFailure(OrderFailure.newBuilder().setCode(code).setDetail(detail))
        .build();
  }
}
