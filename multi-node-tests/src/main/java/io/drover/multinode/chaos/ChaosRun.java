package io.drover.multinode.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.check.Capacity;
import io.drover.multinode.check.FaultSpan;
import io.drover.multinode.check.LinearizablePerVm;
import io.drover.multinode.check.NoLostAck;
import io.drover.multinode.check.Quiet;
import io.drover.multinode.check.Repair;
import io.drover.multinode.check.SingleRunner;
import io.drover.multinode.check.Verdict;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.HostMachine;
import io.drover.multinode.history.Edn;
import io.drover.multinode.history.History;
import io.drover.multinode.history.Operation;
import io.drover.multinode.nemesis.FaultKind;
import io.drover.multinode.nemesis.FaultSchedule;
import io.drover.multinode.nemesis.FleetShape;
import io.drover.multinode.witness.Testimony;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One chaos run, from an empty directory to verdicts. */
public final class ChaosRun {
  private static final Duration REPAIR_LIMIT = Duration.ofSeconds(90);
  private static final long SUPERVISION_INTERVAL_MS = 500;

  private final ChaosPlan plan;
  private final Path directory;
  private final Consumer<String> out;
  private final History history = new History(System::nanoTime);
  private final VmSlots slots;
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * A run that has not begun.
   *
   * @param out told what happens, line by line
   */
  public ChaosRun(ChaosPlan plan, Path directory, Consumer<String> out) {
    this.plan = plan;
    this.directory = directory;
    this.out = out;
    this.slots = new VmSlots("chaos-" + plan.seed(), ChaosPlan.SLOTS);
  }

  /** Runs it. Logs, effects and the history are in the directory afterwards. */
  public ChaosOutcome run() {
    try (Fleet fleet = plan.start(directory);
        ApiClient api = new ApiClient()) {
      fleet.awaitReady();
      FleetShape shape = FleetShape.of(fleet);
      FaultSchedule schedule = FaultSchedule.draw(plan.seed(), plan.length(), plan.kinds(), shape);
      out.accept("seed " + plan.seed() + ", " + shape);
      schedule.entries().forEach(entry -> out.accept("  " + entry.line()));
      CountDownLatch stop = new CountDownLatch(1);
      HostSampler sampler = new HostSampler(api, nodes(fleet), hostIds(fleet), stop);
      Thread.ofPlatform().daemon().name("supervisor").start(() -> supervise(fleet));
      List<Thread> workload = startWorkload(fleet, api, sampler, stop);
      List<FaultSpan> faults;
      try {
        faults = new FaultInjection(fleet, REPAIR_LIMIT, out).run(schedule, plan.length());
      } finally {
        stop.countDown();
      }
      workload.forEach(ChaosRun::join);
      return judge(fleet, sampler, faults, shape);
    } finally {
      over.countDown();
    }
  }

  /** What ends by itself is started again, until the fleet is ended. */
  private void supervise(Fleet fleet) {
    try {
      while (!over.await(SUPERVISION_INTERVAL_MS, TimeUnit.MILLISECONDS)) {
        fleet.restartEnded();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Thread> startWorkload(
      Fleet fleet, ApiClient api, HostSampler sampler, CountDownLatch stop) {
    WorkloadSettings settings =
        new WorkloadSettings(
            nodes(fleet),
            fleet.nodes().stream().map(Fleet.ControlNode::area).distinct().toList(),
            ChaosPlan.VM,
            ChaosPlan.SLOTS,
            ChaosPlan.CLIENTS);
    Random seeds = new Random(plan.seed());
    List<Thread> threads = new ArrayList<>();
    threads.add(Thread.ofPlatform().name("sampler").start(sampler));
    for (int i = 0; i < settings.clients(); i++) {
      var client =
          new WorkloadClient(settings, slots, history, api, new Random(seeds.nextLong()), stop);
      if (i == 0) {
        bystanderAreas(fleet).forEach(client::createBystander);
      }
      threads.add(Thread.ofPlatform().name("client-" + i).start(client));
    }
    return threads;
  }

  /** One for each host. */
  private static List<String> bystanderAreas(Fleet fleet) {
    return fleet.machines().stream().map(HostMachine::area).toList();
  }

  private ChaosOutcome judge(
      Fleet fleet, HostSampler sampler, List<FaultSpan> faults, FleetShape shape) {
    out.accept("healed; waiting for calm");
    CalmAfterwards calm = new CalmAfterwards(fleet.anyClient(), history, slots, fleet.witness());
    List<Verdict> verdicts = new ArrayList<>();
    verdicts.add(calm.await());
    List<Operation> ofClients = history.operations(); // ours come when they come
    NoLostAck.End end = calm.end();
    sampler.sample();
    List<Operation> operations = history.operations();
    List<Testimony> testimonies = fleet.witness().testimonies();
    Map<String, String> names = slots.nameOfId();
    verdicts.add(SingleRunner.check(testimonies));
    verdicts.add(NoLostAck.check(operations, end));
    verdicts.add(LinearizablePerVm.check(operations));
    verdicts.add(Capacity.check(sampler.seen(), testimonies, ChaosPlan.VMS_PER_HOST));
    verdicts.add(Quiet.check(testimonies, operations, names, faults));
    verdicts.add(Repair.check(faults, ofClients, testimonies, names, REPAIR_LIMIT));
    export(operations);
    return new ChaosOutcome(faults, operations, verdicts, impossible(shape));
  }

  private List<String> impossible(FleetShape shape) {
    return Stream.of(FaultKind.values())
        .filter(kind -> plan.kinds().contains(kind) && !kind.isPossible(shape))
        .map(FaultKind::name)
        .toList();
  }

  private void export(List<Operation> operations) {
    try {
      Files.write(directory.resolve("history.edn"), Edn.lines(operations));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<URI> nodes(Fleet fleet) {
    return fleet.nodes().stream().map(Fleet.ControlNode::api).toList();
  }

  private static Set<String> hostIds(Fleet fleet) {
    Set<String> ids = new HashSet<>();
    JsonNode hosts = fleet.anyClient().get("/v1/hosts?limit=500").expectSuccess("hosts");
    hosts.path("items").forEach(host -> ids.add(host.path("id").asText()));
    return ids;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
