package io.drover.agent.qemu;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.qemu.qmp.QmpCommand;
import io.drover.agent.qemu.qmp.QmpException;
import io.drover.config.settings.QemuSettings;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guests in QEMU processes of their own. A guest is found again by a later agent: {@link #adopt} is
 * to be called once, before anything else.
 */
public final class QemuHypervisor implements Hypervisor {
  private static final Logger LOG = LoggerFactory.getLogger(QemuHypervisor.class);
  private static final long CONSOLE_INTERVAL_MS = 50;
  private static final long MEMORY_GRANULE = 1 << 20;
  private static final Duration LAST_MOMENT = Duration.ofSeconds(1);

  private final QemuSettings settings;
  private final QemuImages images;
  private final HostRoom room;
  private final Accelerator accelerator;
  private final Support support;
  private final Set<QemuGuest> guests = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService consoles =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("qemu-consoles").factory());

  /** Looks at the host once; see {@link #support} for what it found. */
  public QemuHypervisor(QemuSettings settings) {
    this.settings = settings;
    this.images = new QemuImages(settings.imagesDirectory());
    this.room = new HostRoom(settings.shmDirectory(), settings.stateDirectory());
    this.accelerator = Accelerator.choose(settings.accel());
    this.support = QemuProbe.support(settings, accelerator);
    var _ =
        consoles.scheduleWithFixedDelay(
            () -> guests.forEach(QemuGuest::followConsole),
            CONSOLE_INTERVAL_MS,
            CONSOLE_INTERVAL_MS,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public String kind() {
    return "qemu";
  }

  @Override
  public Support support() {
    return support;
  }

  @Override
  public MemoryRule memoryRule() {
    return new MemoryRule(new ByteSize(MEMORY_GRANULE), room.largestGuest());
  }

  @Override
  public List<Image> images() {
    try {
      return Stream.concat(images.list().stream(), images.admitted().stream())
          .map(QemuImage::listing)
          .toList();
    } catch (HypervisorException e) {
      LOG.error("no QEMU images: {}", e.getMessage());
      return List.of();
    }
  }

  @Override
  public boolean admit(String name, Path file, String sha256) throws HypervisorException {
    try {
      return images.admit(name, file, sha256);
    } catch (IOException e) {
      throw new HypervisorException(
          HypervisorException.Kind.IMAGE_UNUSABLE,
          "cannot read %s: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  @Override
  public Guest boot(GuestSpec spec, GuestListener listener) throws HypervisorException {
    return launch(spec, listener, false);
  }

  @Override
  public Guest incoming(GuestSpec spec, GuestListener listener) throws HypervisorException {
    return launch(spec, listener, true);
  }

  /** One at a time: a guest holds all its memory when its launch returns, so that room is exact. */
  private synchronized Guest launch(GuestSpec spec, GuestListener listener, boolean incoming)
      throws HypervisorException {
    QemuImage image = check(spec, incoming);
    try {
      createDirectories();
      room.require(spec);
      RunFiles files =
          RunFiles.create(settings.stateDirectory(), settings.shmDirectory(), spec.vm());
      try {
        return start(spec, listener, incoming, image, files);
      } catch (HypervisorException | IOException | QmpException e) {
        files.delete();
        throw e;
      }
    } catch (IOException | QmpException e) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED, spec.vm() + " cannot be started: " + e.getMessage(), e);
    }
  }

  private QemuImage check(GuestSpec spec, boolean incoming) throws HypervisorException {
    if (!support.available()) {
      throw new HypervisorException(HypervisorException.Kind.FAILED, support.reason());
    }
    QemuImage image = images.require(spec.image());
    long memoryBytes = spec.resources().memory().bytes();
    if (memoryBytes < image.listing().minMemoryBytes()) {
      throw new HypervisorException(
          HypervisorException.Kind.INSUFFICIENT_RESOURCES,
          "image %s needs at least %d bytes of memory, %s has %d"
              .formatted(spec.image(), image.listing().minMemoryBytes(), spec.vm(), memoryBytes));
    }
    if (memoryBytes % MEMORY_GRANULE != 0) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED,
          "memory of %s must be a multiple of %d bytes: %d"
              .formatted(spec.vm(), MEMORY_GRANULE, memoryBytes));
    }
    image.requireArguments(spec);
    if (incoming && !image.isMigratable()) {
      throw new HypervisorException(
          HypervisorException.Kind.INVALID_STATE,
          "%s has a disk (image %s): its host cannot be changed"
              .formatted(spec.vm(), spec.image()));
    }
    return image;
  }

  private Guest start(
      GuestSpec spec, GuestListener listener, boolean incoming, QemuImage image, RunFiles files)
      throws HypervisorException, IOException, QmpException {
    List<String> commandLine =
        QemuCommandLine.of(settings, accelerator, image, spec, files, incoming);
    RunState runState = new RunState(incoming ? Guest.State.INCOMING : Guest.State.PAUSED);
    GuestRecord planned = GuestRecord.planned(files.run(), spec, image.isMigratable());
    QemuProcess process =
        QemuProcess.start(commandLine, files, planned, runState::onEvent, settings.startTimeout());
    QemuGuest guest;
    try {
      guest = guest(planned, files, process, runState, listener);
    } catch (IOException e) {
      process.end();
      throw e;
    }
    try {
      if (incoming) {
        guest.awaitState();
      }
    } catch (QmpException e) {
      guest.destroy(); // its mapping holds the memory even when the file is gone
      throw e;
    }
    LOG.info("started {} as process {}", files.run(), process.identity().pid());
    return enlist(guest);
  }

  private QemuGuest guest(
      GuestRecord identity,
      RunFiles files,
      QemuProcess process,
      RunState runState,
      GuestListener listener)
      throws IOException {
    ConsoleTail tail = new ConsoleTail(files);
    GuestMemory memory = mapped(files, identity, tail);
    return new QemuGuest(
        new QemuGuest.Parts(identity, files, process, runState, tail, memory),
        listener,
        settings.deviceStateTimeout(),
        guests::remove);
  }

  private static GuestMemory mapped(RunFiles files, GuestRecord identity, ConsoleTail tail)
      throws IOException {
    try {
      return new GuestMemory(files.ram(), identity.memoryBytes());
    } catch (IOException e) {
      tail.close();
      throw e;
    }
  }

  private Guest enlist(QemuGuest guest) {
    guests.add(guest);
    guest.watch();
    return guest;
  }

  @Override
  public synchronized List<Guest> adopt(GuestListener listener) throws HypervisorException {
    List<Guest> adopted = new ArrayList<>();
    if (!support.available() && !Files.exists(settings.stateDirectory())) {
      return List.of(); // nothing ever ran here, and nothing will
    }
    try {
      createDirectories();
      for (RunFiles files : RunFiles.existing(settings.stateDirectory(), settings.shmDirectory())) {
        GuestRecord found = files.hasRecord() ? files.read() : null;
        if (found != null && found.pid() != 0 && found.process().isAlive()) {
          adopt(found, files, listener).ifPresent(adopted::add);
        } else {
          discard(files);
        }
      }
      removeStrays();
    } catch (IOException e) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED, "cannot look for guests of an earlier agent: " + e, e);
    }
    return List.copyOf(adopted);
  }

  /**
   * A guest that runs but cannot be controlled makes this fail: an agent that went on without it
   * would have it started a second time elsewhere. One that was about to end when we connected is
   * gone a moment later: a process closes its sockets before it ceases to be.
   */
  private Optional<Guest> adopt(GuestRecord found, RunFiles files, GuestListener listener)
      throws HypervisorException, IOException {
    RunState runState = new RunState(Guest.State.PAUSED);
    try {
      QemuProcess process = QemuProcess.adopt(found.process(), files, runState::onEvent);
      runState.reported(process.qmp().execute(QmpCommand.queryStatus()));
      LOG.info("adopted {}, process {}, {}", files.run(), found.pid(), runState.state());
      return Optional.of(enlist(guest(found, files, process, runState, listener)));
    } catch (QmpException e) {
      if (found.process().awaitEnd(LAST_MOMENT)) {
        discard(files);
        return Optional.empty();
      }
      throw new HypervisorException(
          HypervisorException.Kind.FAILED,
          "QEMU process %d of %s runs but cannot be controlled (another agent?): %s"
              .formatted(found.pid(), files.run(), e.getMessage()),
          e);
    }
  }

  /** Of a process that is gone, or was started in the moment in which the agent died. */
  private static void discard(RunFiles files) throws HypervisorException, IOException {
    for (ProcessIdentity process : ProcessIdentity.mentioning("guest=" + files.run() + ",")) {
      QemuProcess.kill(process);
    }
    LOG.info("removing what {} left", files.run());
    files.delete();
  }

  private void removeStrays() throws IOException {
    try (Stream<Path> entries = Files.list(settings.shmDirectory())) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        String run = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        if (!Files.exists(settings.stateDirectory().resolve(run))) {
          Files.deleteIfExists(entry);
        }
      }
    }
  }

  private void createDirectories() throws IOException {
    Files.createDirectories(settings.shmDirectory());
    Files.createDirectories(settings.stateDirectory());
  }

  @Override
  public void close() {
    consoles.shutdownNow();
    guests.forEach(QemuGuest::release);
    guests.clear();
  }
}
