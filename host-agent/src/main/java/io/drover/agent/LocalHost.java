package io.drover.agent;

import com.github.f4b6a3.ulid.UlidCreator;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.ImageArguments;
import io.drover.agent.image.ImageShelf;
import io.drover.agent.session.ManagedHost;
import io.drover.agent.supervision.GuestOrder;
import io.drover.agent.supervision.HostParts;
import io.drover.agent.supervision.HostSupervisor;
import io.drover.config.settings.AgentSettings;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.protocol.v1.Capacity;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.HypervisorSupport;
import io.drover.protocol.v1.ImageArgument;
import io.drover.protocol.v1.ImageSupport;
import io.drover.protocol.v1.LeaseStatus;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderFailure;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.OtherArguments;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/** This host, as its session tells the control plane about it. Safe on any thread. */
final class LocalHost implements ManagedHost {
  private final AgentSettings settings;
  private final Resources capacity;
  private final HostParts parts;
  private final ActorRef<HostSupervisor.Command> supervisor;
  private final Optional<LeaseParts> leases;
  private final String incarnation =
      UlidCreator.getMonotonicUlid().toString().toLowerCase(Locale.ROOT);

  LocalHost(
      AgentSettings settings,
      Resources capacity,
      HostParts parts,
      ActorRef<HostSupervisor.Command> supervisor,
      Optional<LeaseParts> leases) {
    this.settings = settings;
    this.capacity = capacity;
    this.parts = parts;
    this.supervisor = supervisor;
    this.leases = leases;
  }

  @Override
  public Hello describe() {
    Hello.Builder hello =
        Hello.newBuilder()
            .setArea(settings.area().name())
            .setHostName(settings.name())
            .setIncarnation(incarnation)
            .setAgentVersion(version())
            .setCapacity(
                Capacity.newBuilder()
                    .setCpuMillis(capacity.cpuMillis())
                    .setMemoryBytes(capacity.memory().bytes()))
            .setTransferEndpoint(parts.engine().endpoint())
            .putAllLabels(settings.labels());
    leases.ifPresent(parts ->
        hello
            .setWitnessEndpoint(parts.witness().address().toString())
            .setLease(parts.keeper().status()));
    for (Hypervisor hypervisor : parts.hypervisors()) {
      hello.addHypervisors(support(hypervisor));
      hypervisor.images().stream()
          .filter(image -> !ImageShelf.isDigestName(image.name())) // the control plane has them
          .forEach(image -> hello.addImages(image(hypervisor, image)));
    }
    return hello.build();
  }

  private static HypervisorSupport support(Hypervisor hypervisor) {
    Hypervisor.Support support = hypervisor.support();
    Hypervisor.MemoryRule memory = hypervisor.memoryRule();
    return HypervisorSupport.newBuilder()
        .setKind(hypervisor.kind())
        .setAvailable(support.available())
        .setUnavailableReason(support.reason())
        .setVersion(support.version())
        .setAccelerator(support.accelerator())
        .setMemoryGranuleBytes(memory.granule().bytes())
        .setMaxMemoryBytes(memory.largest().bytes())
        .build();
  }

  private static ImageSupport image(Hypervisor hypervisor, Hypervisor.Image image) {
    Hypervisor.Support support = hypervisor.support();
    return ImageSupport.newBuilder()
        .setName(image.name())
        .setHypervisor(hypervisor.kind())
        .setSizeBytes(image.sizeBytes())
        .setSha256(image.sha256())
        .setMinMemoryBytes(image.minMemoryBytes())
        .setUsable(image.usable() && support.available())
        .setUnusableReason(
            support.available()
                ? image.reason()
                : hypervisor.kind() + " is not available: " + support.reason())
        .addAllArguments(image.arguments().known().stream().map(LocalHost::argument).toList())
        .setOtherArguments(
            switch (image.arguments().others()) {
              case NONE -> OtherArguments.OTHER_ARGUMENTS_NONE;
              case WHOLE_NUMBERS -> OtherArguments.OTHER_ARGUMENTS_WHOLE_NUMBERS;
              case WORDS -> OtherArguments.OTHER_ARGUMENTS_WORDS;
            })
        .build();
  }

  private static ImageArgument argument(ImageArguments.Argument argument) {
    return ImageArgument.newBuilder()
        .setName(argument.name())
        .setDescription(argument.description())
        .addAllValues(argument.values())
        .setDefaultValue(argument.defaultValue())
        .setMin(argument.min())
        .setMax(argument.max())
        .build();
  }

  private static String version() {
    return Objects.requireNonNullElse(
        LocalHost.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public void guests(Consumer<List<GuestStatus>> reply) {
    supervisor.tell(new HostSupervisor.Describe(reply));
  }

  @Override
  public void execute(Order order, Consumer<OrderResult> reply) {
    GuestOrder parsed;
    try {
      parsed = GuestOrder.of(order);
    } catch (IllegalArgumentException e) {
      reply.accept(
          OrderResult.newBuilder()
              .setFailure(
                  OrderFailure.newBuilder()
                      .setCode(OrderFailure.Code.INTERNAL)
                      .setDetail("the order cannot be read: " + e.getMessage()))
              .build());
      return;
    }
    supervisor.tell(new HostSupervisor.Execute(parsed, reply));
  }

  @Override
  public void announce() {
    supervisor.tell(new HostSupervisor.Announce());
  }

  @Override
  public Optional<LeaseStatus> lease() {
    return leases.map(parts -> parts.keeper().status());
  }

  @Override
  public void offer(String hostId, LeaseTerms terms) {
    leases.ifPresent(parts -> parts.keeper().offer(hostId, terms));
  }

  @Override
  public ByteSize memoryUsed() {
    return parts.memory().used();
  }

  @Override
  public double load() {
    return Math.max(0, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
