package io.drover.multinode.simulation;

import com.typesafe.config.ConfigFactory;
import io.drover.multinode.simulation.engine.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Runs seeds, each in one thread; several threads run several seeds. */
public final class Simulation {
  /** Whatever the seed: an actor system's first run starts what the others find started. */
  private static final long WARM_UP_SEED = -1;

  private static final AtomicInteger WORLDS = new AtomicInteger();

  private Simulation() {}

  /** One seed, in a world of its own. */
  public static RunResult run(long seed) {
    List<RunResult> results = new ArrayList<>();
    work(new AtomicLong(seed), seed + 1, _ -> true, results::add);
    return results.getFirst();
  }

  /** Seeds from {@code first} on, one after the other, until one of them is found that does so. */
  public static List<RunResult> until(long first, int limit, Predicate<RunResult> found) {
    List<RunResult> results = new ArrayList<>();
    work(new AtomicLong(first), first + limit, r -> !found.test(r), results::add);
    return results;
  }

  /**
   * All seeds from {@code first} on.
   *
   * @param done told of each, by one thread at a time
   */
  public static void run(long first, int count, int threads, Consumer<RunResult> done)
      throws InterruptedException {
    AtomicLong next = new AtomicLong(first);
    Object lock = new Object();
    Consumer<RunResult> oneByOne =
        result -> {
          synchronized (lock) {
            done.accept(result);
          }
        };
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(workers.submit(() -> work(next, first + count, _ -> true, oneByOne)));
      }
      for (Future<?> worker : all) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a simulation broke", e.getCause());
    }
  }

  private static void work(
      AtomicLong next, long end, Predicate<RunResult> goesOn, Consumer<RunResult> done) {
    try (World world = new World("world" + WORLDS.incrementAndGet(), ConfigFactory.empty())) {
      var _ = one(world, WARM_UP_SEED);
      for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
        RunResult result = one(world, seed);
        done.accept(result);
        if (!goesOn.test(result)) {
          return;
        }
      }
    }
  }

  private static RunResult one(World world, long seed) {
    try {
      Path directory = Files.createTempDirectory("drover-simulation");
      try {
        return new SimulationRun(world, seed, directory).run();
      } finally {
        delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(directory)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }
}
