package io.drover.agent.embedded;

import com.dylibso.chicory.runtime.Instance;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * WebAssembly guests inside this process. They need nothing installed and start in milliseconds
 * once their image is compiled; they end with the agent, so there is never one to adopt.
 */
public final class EmbeddedHypervisor implements Hypervisor {
  private static final String CHICORY_POM =
      "/META-INF/maven/com.dylibso.chicory/runtime/pom.properties";

  private final ImageCatalog images;
  private final EmbeddedLimits limits;
  private final Watchdog watchdog = new Watchdog();
  private final AtomicLong usedBytes = new AtomicLong();
  private final Set<EmbeddedGuest> guests = ConcurrentHashMap.newKeySet();

  public EmbeddedHypervisor(ImageCatalog images, EmbeddedLimits limits) {
    this.images = images;
    this.limits = limits;
  }

  @Override
  public String kind() {
    return "embedded";
  }

  @Override
  public Support support() {
    return new Support(true, "chicory " + chicoryVersion(), "wasm", "");
  }

  @Override
  public MemoryRule memoryRule() {
    return GuestImage.MEMORY_RULE;
  }

  private static String chicoryVersion() {
    Properties pom = new Properties();
    try (InputStream in = Instance.class.getResourceAsStream(CHICORY_POM)) {
      if (in != null) {
        pom.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a class path that breaks while it is read
    }
    return pom.getProperty("version", "of unknown version");
  }

  @Override
  public List<Image> images() {
    return images.all().stream().map(GuestImage::view).toList();
  }

  @Override
  public boolean admit(String name, Path file, String sha256) throws HypervisorException {
    return images.admit(name, file, sha256);
  }

  @Override
  public Guest boot(GuestSpec spec, GuestListener listener) throws HypervisorException {
    return create(spec, listener, false);
  }

  @Override
  public Guest incoming(GuestSpec spec, GuestListener listener) throws HypervisorException {
    return create(spec, listener, true);
  }

  /** None: embedded guests end with their agent. */
  @Override
  public List<Guest> adopt(GuestListener listener) {
    return List.of();
  }

  /** Memory of the guests there are, which counts against the limit. */
  public ByteSize usedMemory() {
    return new ByteSize(usedBytes.get());
  }

  /** Ends all guests: they cannot outlive the agent. */
  @Override
  public void close() {
    guests.forEach(EmbeddedGuest::destroy);
    watchdog.close();
  }

  private Guest create(GuestSpec spec, GuestListener listener, boolean incoming)
      throws HypervisorException {
    GuestImage image = images.require(spec.image());
    image.requireProgram();
    image.requireMemory(spec.resources().memory());
    if (spec.resources().cpuMillis() == 0) {
      throw new HypervisorException(
          Kind.INSUFFICIENT_RESOURCES, spec.vm() + " cannot run with a CPU share of 0");
    }
    ByteSize memory = spec.resources().memory();
    reserve(spec, memory);
    boolean made = false;
    try {
      EmbeddedGuest guest =
          new EmbeddedGuest(
              spec, image, GuestRam.allocate(memory), incoming, limits, listener, this::forget);
      made = true;
      guests.add(guest);
      watchdog.watch(guest.vcpu());
      return guest;
    } finally {
      if (!made) {
        usedBytes.addAndGet(-memory.bytes());
      }
    }
  }

  private void reserve(GuestSpec spec, ByteSize memory) throws HypervisorException {
    long limit = limits.totalMemory().bytes();
    long used;
    do {
      used = usedBytes.get();
      if (memory.bytes() > limit - used) {
        throw new HypervisorException(
            Kind.INSUFFICIENT_RESOURCES,
            "%s needs %s of memory; embedded guests may use %s here, of which %s are taken"
                .formatted(spec.vm(), memory, limits.totalMemory(), new ByteSize(used)));
      }
    } while (!usedBytes.compareAndSet(used, used + memory.bytes()));
  }

  private void forget(EmbeddedGuest guest) {
    watchdog.forget(guest.vcpu());
    guests.remove(guest);
    usedBytes.addAndGet(-guest.memory().byteSize());
  }
}
