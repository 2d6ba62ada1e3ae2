package io.drover.agent;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.image.ImageShelf;
import io.drover.agent.migration.BlackoutModel;
import io.drover.agent.migration.MigrationListener;
import io.drover.agent.session.GatewayImages;
import io.drover.agent.store.AgentStore;
import io.drover.agent.supervision.HostLease;
import io.drover.agent.supervision.HostParts;
import io.drover.agent.supervision.MemoryLedger;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.TransferSettings;
import io.drover.config.units.Epoch;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.driver.AeronTransferEngine;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running host agent: its guests, its session, its part in migrations. Closing it ends embedded
 * guests and leaves QEMU guests running. Safe on any thread.
 */
public final class HostAgent implements AutoCloseable {
  /** Adopting means talking to each guest's hypervisor, one after the other. */
  static final Duration RECONCILE_TIMEOUT = Duration.ofSeconds(60);

  static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

  /** Below the state directory: no other agent of the machine writes there. */
  private static final String FETCHED_IMAGES = "images";

  private static final Logger LOG = LoggerFactory.getLogger(HostAgent.class);

  /**
   * What the agent works with. It closes the hypervisors when it is closed, not the engine.
   *
   * @param engine may be shared by the agents of one process
   */
  public record Parts(
      List<Hypervisor> hypervisors,
      TransferEngine engine,
      MigrationListener listener,
      InstantSource clock,
      RandomGenerator random) {
    public Parts {
      hypervisors = List.copyOf(hypervisors);
    }

    Parts withListener(MigrationListener other) {
      return new Parts(hypervisors, engine, other, clock, random);
    }

    /** All hypervisors of a configuration. */
    public static Parts of(Config root, TransferEngine engine) {
      return of(AgentAssembly.hypervisors(root), engine);
    }

    public static Parts of(List<Hypervisor> hypervisors, TransferEngine engine) {
      return new Parts(
          hypervisors,
          engine,
          MigrationListener.logging(),
          InstantSource.system(),
          RandomGenerator.getDefault());
    }
  }

  private final AgentSettings settings;
  private final Parts parts;
  private final AgentStore store;
  private final ExecutorService blocking;
  private final ActorSystem<Done> system;
  private final Optional<LeaseParts> leases;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Runnable afterClose = () -> {};

  private HostAgent(
      AgentSettings settings,
      Parts parts,
      AgentStore store,
      ExecutorService blocking,
      Optional<LeaseParts> leases,
      ActorSystem<Done> system) {
    this.settings = settings;
    this.parts = parts;
    this.store = store;
    this.blocking = blocking;
    this.leases = leases;
    this.system = system;
  }

  /**
   * Starts the agent that a configuration describes, with all hypervisors and an engine of its own.
   *
   * @param root from {@link io.drover.config.settings.SettingsFile}
   * @throws io.drover.config.settings.SettingsException naming the key
   * @throws AgentStartException when a port is in use, or there is no room for stream buffers
   */
  public static HostAgent start(Config root) {
    return start(root, MigrationListener.logging());
  }

  /**
   * As above.
   *
   * @param listener told of each step of each migration, and able to hold it there
   */
  public static HostAgent start(Config root, MigrationListener listener) {
    AgentSettings settings = AgentSettings.from(root);
    TransferEngine engine = launch(settings, TransferSettings.from(root));
    try {
      HostAgent agent = start(root, engine, listener);
      agent.afterClose = engine::close;
      return agent;
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static TransferEngine launch(AgentSettings settings, TransferSettings transfer) {
    try {
      return AeronTransferEngine.launch(settings.transfer(), transfer);
    } catch (RuntimeException e) {
      throw new AgentStartException(
          "memory streams cannot be received at %s (drover.agent.transfer): %s"
              .formatted(settings.transfer(), e.getMessage()),
          e);
    }
  }

  /**
   * Starts the agent that a configuration describes, with all hypervisors.
   *
   * @param engine of this process; the caller closes it after the agent
   */
  public static HostAgent start(Config root, TransferEngine engine) {
    return start(root, engine, MigrationListener.logging());
  }

  private static HostAgent start(Config root, TransferEngine engine, MigrationListener listener) {
    Parts parts = Parts.of(root, engine);
    return start(AgentSettings.from(root), parts.withListener(listener));
  }

  /**
   * Starts an agent. Returns when guests that outlived an earlier one are taken over and reconciled
   * with their grants; the session is opened after that, for as long as it takes.
   *
   * @throws io.drover.agent.store.StoreException when the state directory cannot be used
   * @throws AgentStartException when a hypervisor cannot say which guests it has, or the directory
   *     of fetched images cannot be used
   */
  public static HostAgent start(AgentSettings settings, Parts parts) {
    if (settings.insecureBind()) {
      LOG.warn("insecure-bind is on: whoever reaches this agent's ports controls its guests");
    }
    AgentStore store = AgentStore.open(settings.stateDirectory());
    Optional<LeaseParts> leases = Optional.empty();
    try {
      leases = LeaseParts.start(settings, store);
      return start(settings, parts, store, leases);
    } catch (RuntimeException e) {
      leases.ifPresent(LeaseParts::close);
      store.close(); // or nobody could use the directory while this process lives
      throw e instanceof UncheckedIOException
          ? new AgentStartException(String.valueOf(e.getMessage()), e)
          : e;
    }
  }

  private static HostAgent start(
      AgentSettings settings, Parts parts, AgentStore store, Optional<LeaseParts> leases) {
    ExecutorService blocking =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("drover-guest-", 0).factory());
    Resources capacity = HostCapacity.of(settings);
    HostParts host =
        new HostParts(
            store,
            parts.hypervisors,
            parts.engine,
            blocking,
            parts.clock,
            parts.listener,
            ImageShelf.open(
                settings.stateDirectory().resolve(FETCHED_IMAGES),
                parts.hypervisors,
                new GatewayImages(settings, store)),
            new BlackoutModel(parts.clock),
            new MemoryLedger(capacity.memory()),
            leases.<HostLease>map(LeaseParts::keeper).orElse(HostLease.NONE),
            new Semaphore(settings.migrationsIn()),
            new Semaphore(settings.migrationsOut()));
    CompletableFuture<Done> reconciled = new CompletableFuture<>();
    ActorSystem<Done> system =
        ActorSystem.create(
            AgentGuardian.create(settings, capacity, host, leases, parts.random, reconciled),
            "drover-agent-" + settings.name(),
            actorConfig());
    HostAgent agent = new HostAgent(settings, parts, store, blocking, leases, system);
    agent.await(reconciled);
    return agent;
  }

  private void await(CompletableFuture<Done> reconciled) {
    try {
      var _ = reconciled.get(RECONCILE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      close();
      throw new AgentStartException(
          "guests cannot be taken over: " + String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      close();
      throw new AgentStartException(
          "guests were not taken over within " + RECONCILE_TIMEOUT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new AgentStartException("interrupted while starting", e);
    }
  }

  /** Local actors only, whatever else is on the class path; small, as several may share a JVM. */
  private static Config actorConfig() {
    return ConfigFactory.parseResources(
            HostAgent.class.getClassLoader(),
            "drover-agent-pekko.conf",
            ConfigParseOptions.defaults().setAllowMissing(false))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  /** Where memory streams are received, {@code host:port}. */
  public String transferEndpoint() {
    return parts.engine.endpoint();
  }

  public AgentSettings settings() {
    return settings;
  }

  /** The run epoch under which this host has its guest of a VM; none when it has no guest. */
  public Epoch runEpoch(VmId vm) {
    return store.vm(vm).heldEpoch();
  }

  /** Completes when the agent has ended, by {@link #close} or because it could not go on. */
  public CompletionStage<Done> ended() {
    return system.getWhenTerminated();
  }

  /** Ends the session, then migrations, then what cannot outlive the agent. Repeatable. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    system.terminate();
    try {
      var _ =
          system
              .getWhenTerminated()
              .toCompletableFuture()
              .get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("actors did not stop in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    blocking.shutdownNow();
    parts.hypervisors.forEach(Hypervisor::close);
    leases.ifPresent(LeaseParts::close);
    store.close();
    afterClose.run();
  }
}
