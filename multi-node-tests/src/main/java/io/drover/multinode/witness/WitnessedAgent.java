package io.drover.multinode.witness;

import com.typesafe.config.Config;
import io.drover.agent.HostAgent;
import io.drover.agent.embedded.EmbeddedGuest;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.Hypervisor;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.TransferSettings;
import io.drover.multinode.witness.Testimony.Effect;
import io.drover.multinode.witness.Testimony.Gone;
import io.drover.multinode.witness.Testimony.Runner;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.driver.AeronTransferEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The shipped agent, whose embedded guests write to the {@link EffectWitness} what they send to
 * their network. Each frame is stamped with the run epoch the agent holds when the guest sends it.
 */
public final class WitnessedAgent {
  private static final long GONE_POLL_MS = 50;
  private static final int FRAME_BYTES = 2 * Long.BYTES;

  private final EffectWitness witness;
  private final Runner self;
  private final AtomicReference<HostAgent> agent = new AtomicReference<>();
  private final Set<EmbeddedGuest> guests = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService poll =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("witness-gone").factory());

  private WitnessedAgent(EffectWitness witness, Runner self) {
    this.witness = witness;
    this.self = self;
  }

  public static void main(String[] args) {
    Config root = SettingsFile.load(Optional.empty());
    AgentSettings settings = AgentSettings.from(root);
    Path file = Path.of(System.getProperty(EffectWitness.PROPERTY, "no-witness"));
    Runner self =
        new Runner(settings.area() + "-" + settings.name(), ProcessHandle.current().pid());
    new WitnessedAgent(EffectWitness.open(file), self).run(root, settings);
  }

  private void run(Config root, AgentSettings settings) {
    TransferEngine engine =
        AeronTransferEngine.launch(settings.transfer(), TransferSettings.from(root));
    HostAgent.Parts shipped = HostAgent.Parts.of(root, engine);
    List<Hypervisor> watched = new ArrayList<>();
    shipped.hypervisors().forEach(h -> watched.add(new WitnessedHypervisor(h, this::connect)));
    var parts =
        new HostAgent.Parts(watched, engine, shipped.listener(), shipped.clock(), shipped.random());
    HostAgent started = HostAgent.start(settings, parts);
    agent.set(started);
    var _ =
        poll.scheduleWithFixedDelay(
            this::reportGone, GONE_POLL_MS, GONE_POLL_MS, TimeUnit.MILLISECONDS);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              started.close();
              engine.close();
            }));
    var _ = started.ended().thenRun(() -> System.exit(1)); // it could not go on: start it anew
  }

  private void connect(EmbeddedGuest guest) {
    guests.add(guest);
    guest.frames().connect(frame -> testify(guest, frame));
  }

  /** On the guest's thread. The first few frames may come before the agent says it has started. */
  private void testify(EmbeddedGuest guest, byte[] frame) {
    HostAgent started = agent.get();
    if (started == null || frame.length != FRAME_BYTES) {
      return;
    }
    ByteBuffer words = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    long epoch = started.runEpoch(guest.spec().vm()).value();
    witness.append(
        new Effect(
            System.nanoTime(),
            self,
            guest.spec().vm().text(),
            epoch,
            words.getLong(0),
            words.getLong(Long.BYTES)));
  }

  private void reportGone() {
    List<EmbeddedGuest> ended =
        guests.stream().filter(guest -> guest.state() == Guest.State.ENDED).toList();
    for (EmbeddedGuest guest : ended) {
      guests.remove(guest);
      witness.append(new Gone(System.nanoTime(), self, guest.spec().vm().text()));
    }
  }
}
