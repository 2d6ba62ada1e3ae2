package io.drover.multinode.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.multinode.chaos.ApiClient.Attempt;
import io.drover.multinode.chaos.VmSlots.Named;
import io.drover.multinode.history.History;
import io.drover.multinode.history.History.Pending;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import io.drover.multinode.history.Operation.Sight;
import io.drover.multinode.witness.WitnessImage;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * One client: asks for one thing after the other, at a random node each time, and writes down what
 * it was told. A request without a certain answer is repeated under its key at other nodes.
 */
final class WorkloadClient implements Runnable {
  private static final int ATTEMPTS = 3;
  private static final int NOT_FOUND = 404;
  private static final int SERVER_ERRORS = 5;
  private static final int GRACE_MS = 500;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(300);
  private static final int LEAST_THINK_MS = 50;
  private static final int MOST_THINK_MS = 400;

  private final WorkloadSettings settings;
  private final VmSlots slots;
  private final History history;
  private final ApiClient api;
  private final RandomGenerator random;
  private final CountDownLatch stop;
  private int process;
  private int keys;

  WorkloadClient(
      WorkloadSettings settings,
      VmSlots slots,
      History history,
      ApiClient api,
      RandomGenerator random,
      CountDownLatch stop) {
    this.settings = settings;
    this.slots = slots;
    this.history = history;
    this.api = api;
    this.random = random;
    this.stop = stop;
    this.process = history.newProcess();
  }

  @Override
  public void run() {
    while (!isStopped(Duration.ofMillis(random.nextInt(LEAST_THINK_MS, MOST_THINK_MS)))) {
      int slot = random.nextInt(slots.count());
      Optional<Named> vm = slots.at(slot);
      if (vm.isPresent()) {
        act(slot, vm.get());
      } else {
        create(slot);
      }
    }
  }

  private boolean isStopped(Duration limit) {
    try {
      return stop.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void act(int slot, Named vm) {
    int dice = random.nextInt(100);
    if (dice < 40) {
      read(vm);
    } else if (dice < 50) {
      slots.anyOther(random).ifPresent(this::read);
    } else if (dice < 70) {
      change(Kind.MIGRATE, vm, ":migrate", api.object().put("area", anyArea()));
    } else if (dice < 82) {
      change(Kind.STOP, vm, ":stop", api.object().put("graceMs", GRACE_MS));
    } else if (dice < 95) {
      change(Kind.START, vm, ":start", api.object());
    } else {
      delete(slot, vm);
    }
  }

  private void create(int slot) {
    create(anyArea()).ifPresent(vm -> slots.fill(slot, vm));
  }

  /** Creates a VM that no client ever changes. */
  void createBystander(String area) {
    create(area).ifPresent(slots::addBystander);
  }

  private Optional<Named> create(String area) {
    String name = slots.newName();
    ObjectNode body =
        api.object().put("area", area).put("name", name).put("image", WitnessImage.NAME);
    body.put("cpuMillis", settings.vm().cpuMillis())
        .put("memoryBytes", settings.vm().memory().bytes());
    Pending pending = history.invoke(process, Kind.CREATE, name);
    Attempt last = attempts(node -> api.post(node, "/v1/vms", body, name));
    if (last instanceof Attempt.Answered answer && answer.isSuccess()) {
      end(pending, new Outcome.Acknowledged(""));
      return Optional.of(new Named(name, answer.body().path("id").asText()));
    }
    end(pending, failed(last));
    return Optional.empty();
  }

  private void delete(int slot, Named vm) {
    String key = newKey();
    Pending pending = history.invoke(process, Kind.DELETE, vm.name());
    Outcome outcome = changed(attempts(node -> api.delete(node, "/v1/vms/" + vm.id(), key)));
    end(pending, outcome);
    if (!(outcome instanceof Outcome.Refused)) {
      slots.vacate(slot, vm);
    }
  }

  private void change(Kind kind, Named vm, String verb, ObjectNode body) {
    String key = newKey();
    String path = "/v1/vms/" + vm.id() + verb;
    Pending pending = history.invoke(process, kind, vm.name());
    end(pending, changed(attempts(node -> api.post(node, path, body, key))));
  }

  private void read(Named vm) {
    Pending pending = history.invoke(process, Kind.READ, vm.name());
    Attempt last = attempts(node -> api.get(node, "/v1/vms/" + vm.id()));
    end(pending, seen(last));
  }

  /** What a read saw. */
  static Outcome seen(Attempt attempt) {
    return attempt instanceof Attempt.Answered answer
        ? answer.isSuccess()
            ? new Outcome.Seen(sight(answer.body()))
            : answer.status() == NOT_FOUND ? new Outcome.NotThere() : failed(attempt)
        : failed(attempt);
  }

  static Sight sight(JsonNode vm) {
    return new Sight(
        vm.path("id").asText(),
        vm.path("desired").asText(),
        vm.path("phase").asText(),
        vm.path("host").asText(),
        vm.path("runEpoch").asLong(),
        vm.path("version").asLong());
  }

  private static Outcome changed(Attempt attempt) {
    return attempt instanceof Attempt.Answered answer && answer.isSuccess()
        ? new Outcome.Acknowledged("/v1/operations/" + answer.body().path("id").asText())
        : failed(attempt);
  }

  private static Outcome failed(Attempt attempt) {
    return switch (attempt) {
      case Attempt.Answered a when a.status() / 100 == SERVER_ERRORS ->
          new Outcome.Unserved(a.body().path("detail").asText());
      case Attempt.Answered a -> new Outcome.Refused(a.body().path("type").asText());
      case Attempt.NotSent n -> new Outcome.Unserved(n.reason());
      case Attempt.Unknown u -> new Outcome.Indeterminate(u.reason());
    };
  }

  /** A client that does not know what became of its last request starts a new life. */
  private void end(Pending pending, Outcome outcome) {
    history.end(pending, outcome);
    if (outcome instanceof Outcome.Indeterminate) {
      process = history.newProcess();
    }
  }

  private String anyArea() {
    return settings.areas().get(random.nextInt(settings.areas().size()));
  }

  private String newKey() {
    return "%s-%d-%d".formatted(Thread.currentThread().getName(), process, ++keys);
  }

  /**
   * Asks until the answer is certain, or often enough. A refusal after an attempt that may have
   * been done is not certain: that attempt may still be on its way.
   */
  private Attempt attempts(Function<URI, Attempt> request) {
    Optional<Attempt> doubt = Optional.empty();
    Attempt last = new Attempt.NotSent("not tried");
    for (int i = 0; i < ATTEMPTS; i++) {
      URI node = settings.nodes().get(random.nextInt(settings.nodes().size()));
      last = request.apply(node);
      if (last instanceof Attempt.Answered answer && (answer.isSuccess() || doubt.isEmpty())) {
        return last;
      }
      if (last instanceof Attempt.Unknown) {
        doubt = Optional.of(last);
      }
      if (isStopped(BETWEEN_ATTEMPTS)) {
        break;
      }
    }
    return doubt.orElse(last);
  }
}
