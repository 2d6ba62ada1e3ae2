package io.drover.multinode.simulation.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorCell;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.dispatch.Mailbox;
import org.jspecify.annotations.Nullable;

/**
 * One actor system on one {@link Loop}, and the machines that its actors live on. An actor belongs
 * to the machine on which it was spawned, with all its children; what the actor system has of its
 * own belongs to none, and is reached without the network.
 *
 * <p>The actor system is used for one run after the other, by one thread.
 */
public final class World implements AutoCloseable {
  private static final String NAME_KEY = "drover.simulation.world";
  private static final Map<String, World> BY_NAME = new ConcurrentHashMap<>();
  private static final Machine NOWHERE = new Machine("", 0);

  private final String name;
  private final ActorSystem system;
  private Loop loop = new Loop(0);
  private Network network = new Network(loop);
  private Trace trace = new Trace(loop);
  private Database database = new Database(loop);
  private final Map<String, Machine> bySpawnedName = new HashMap<>();
  private final IdentityHashMap<ActorCell, Machine> byCell = new IdentityHashMap<>();
  private final Map<Machine, List<ActorRef<?>>> spawned = new HashMap<>();
  private final Map<String, Integer> lives = new HashMap<>();
  private Machine current = NOWHERE;
  private long seed;
  private long runs;
  private final Queue<Runnable> starting = new ArrayDeque<>();
  private boolean isStarting = true;
  private long dispatched;

  /**
   * Starts an actor system.
   *
   * @param extra settings of its own
   */
  public World(String name, Config extra) {
    this.name = name;
    BY_NAME.put(name, this);
    system =
        ActorSystem.create(
            name,
            extra
                .withFallback(ConfigFactory.parseString(NAME_KEY + " = \"" + name + "\""))
                .withFallback(ConfigFactory.parseResources("drover-simulation.conf"))
                .withFallback(ConfigFactory.load()),
            World.class.getClassLoader());
    isStarting = false;
  }

  static World named(Config config) {
    World world = BY_NAME.get(config.getString(NAME_KEY));
    if (world == null) {
      throw new IllegalStateException("no such world");
    }
    return world;
  }

  /** The world of this actor system: for plugins that Pekko makes. */
  public static World of(ActorSystem system) {
    return named(system.settings().config());
  }

  /** Everything of the last run is gone; a new one begins. */
  public void begin(long seed) {
    spawned.keySet().forEach(Machine::die);
    spawned.keySet().forEach(this::resume);
    spawned.values().forEach(actors -> actors.forEach(World::stop));
    loop.drain();
    spawned.clear();
    bySpawnedName.clear();
    byCell.clear();
    lives.clear();
    loop = new Loop(seed);
    network = new Network(loop);
    trace = new Trace(loop);
    database = new Database(loop);
    dispatched = 0;
    runs++;
    this.seed = seed;
  }

  public Loop loop() {
    return loop;
  }

  public Network network() {
    return network;
  }

  public Trace trace() {
    return trace;
  }

  public Database database() {
    return database;
  }

  /** Messages that actors were handed in this run. */
  public long dispatched() {
    return dispatched;
  }

  public ActorSystem system() {
    return system;
  }

  /** A process that starts at this place. */
  public Machine machine(String place) {
    Machine machine = new Machine(place, lives.merge(place, 1, Integer::sum));
    spawned.put(machine, new ArrayList<>());
    return machine;
  }

  /** It executes nothing until {@link #resume}; what reaches it waits. */
  public void pause(Machine machine) {
    if (machine.isAlive()) {
      trace.note(machine.toString(), "is paused");
      machine.pause();
    }
  }

  /** It goes on, and does not know that time has passed. */
  public void resume(Machine machine) {
    if (machine.isPaused()) {
      trace.note(machine.toString(), "goes on");
      machine.resume().forEach(Runnable::run);
    }
  }

  /** Ends it at once: what it has not sent, it never sends. */
  public void crash(Machine machine) {
    machine.die();
    resume(machine); // what waited finds it dead
    List<ActorRef<?>> actors = spawned.get(machine);
    if (actors != null) {
      actors.forEach(World::stop);
      actors.clear();
    }
  }

  /** An actor on this machine. */
  public <T> ActorRef<T> spawn(Machine machine, Behavior<T> behavior, String label) {
    String unique =
        "%d~%s~%d~%s".formatted(runs, machine, machine.spawned++, label.replace('|', '-'));
    bySpawnedName.put(unique, machine);
    ActorRef<T> ref = as(machine, () -> Adapter.spawn(system, behavior, unique));
    actorsOf(machine).add(ref);
    return ref;
  }

  private List<ActorRef<?>> actorsOf(Machine machine) {
    List<ActorRef<?>> actors = spawned.get(machine);
    if (actors == null) {
      throw new IllegalStateException(machine + " is of another run");
    }
    return actors;
  }

  /** Ends one actor at once, as far as it has not ended. */
  public static void stop(ActorRef<?> actor) {
    ((InternalActorRef) Adapter.toClassic(actor)).stop();
  }

  /** Does it in the name of this machine. */
  public <T> T as(Machine machine, Supplier<T> work) {
    Machine before = current;
    current = machine;
    try {
      return work.get();
    } finally {
      current = before;
    }
  }

  /** Does it in the name of this machine, unless it is down. */
  public void run(Machine machine, Runnable work) {
    if (machine.isPaused()) {
      machine.hold(() -> run(machine, work));
    } else if (machine.isAlive()) {
      var _ =
          as(
              machine,
              () -> {
                work.run();
                return machine;
              });
    }
  }

  /** Sends from one machine to another what is no actor's message. */
  public void send(Machine from, Machine to, Runnable arrival) {
    if (!from.isAlive()) {
      return;
    }
    if (from == to) {
      run(to, arrival);
    } else {
      network.send(from, to, () -> run(to, arrival));
    }
  }

  // ---- for the dispatcher

  void execute(Runnable work) {
    if (isStarting) {
      start(work);
    } else if (work instanceof Mailbox mailbox) {
      loop.execute(() -> run(mailbox));
    } else {
      loop.execute(work);
    }
  }

  /** Pekko waits for some of its own actors while it starts: they run at once. */
  private void start(Runnable work) {
    starting.add(work);
    if (starting.size() == 1) {
      while (!starting.isEmpty()) {
        starting.element().run();
        starting.remove();
      }
    }
  }

  private void run(Mailbox mailbox) {
    Machine machine = machineOf(mailbox.actor());
    if (machine.isPaused()) {
      machine.hold(() -> run(mailbox));
      return;
    }
    Machine before = current;
    current = machine;
    PekkoRandom.seed(seed, loop.steps());
    try {
      mailbox.run();
    } finally {
      current = before;
    }
  }

  boolean isLocal(ActorCell receiver) {
    Machine to = machineOf(receiver);
    dispatched++;
    return to == current || to == NOWHERE || current == NOWHERE;
  }

  void send(ActorCell receiver, Object message, Runnable arrival) {
    send(current, machineOf(receiver), arrival);
  }

  private Machine machineOf(@Nullable ActorCell cell) {
    if (cell == null) {
      return NOWHERE;
    }
    Machine known = byCell.get(cell);
    if (known == null) {
      known = bySpawnedName.getOrDefault(topName(cell.self().path()), NOWHERE);
      byCell.put(cell, known);
    }
    return known;
  }

  /** The machine that an actor lives on; empty for those of the actor system itself. */
  public Optional<Machine> machineOf(org.apache.pekko.actor.ActorRef actor) {
    return Optional.ofNullable(bySpawnedName.get(topName(actor.path())));
  }

  private static String topName(ActorPath path) {
    ActorPath at = path;
    while (at.elements().size() > 2) {
      at = at.parent();
    }
    return at.name();
  }

  @Override
  public void close() {
    begin(0); // a run that was cut short leaves work behind
    BY_NAME.remove(name);
    var _ = system.terminate();
    while (!system.whenTerminated().isCompleted()) {
      loop.run(Duration.ofSeconds(1));
    }
  }
}
