package io.drover.multinode.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.multinode.check.NoLostAck.End;
import io.drover.multinode.check.Verdict;
import io.drover.multinode.harness.FleetClient;
import io.drover.multinode.history.History;
import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import io.drover.multinode.witness.EffectWitness;
import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Effect;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * After all is healed: every VM is at rest, accepted work is over, claims are those of VMs, guests
 * that should run have effects; and then what there is, for the other checkers.
 */
final class CalmAfterwards {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Set<String> AT_REST = Set.of("RUNNING", "STOPPED");
  private static final String RUNNING = "RUNNING";
  private static final int NOT_FOUND = 404;

  private final FleetClient client;
  private final History history;
  private final VmSlots slots;
  private final EffectWitness witness;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, String> work = new HashMap<>();
  private List<String> unrest = List.of();

  CalmAfterwards(FleetClient client, History history, VmSlots slots, EffectWitness witness) {
    this.client = client;
    this.history = history;
    this.slots = slots;
    this.witness = witness;
  }

  /** Waits until it holds, or says what does not. */
  Verdict await() {
    long beganNs = System.nanoTime();
    try {
      Awaitility.await("calm")
          .atMost(LIMIT)
          .pollInterval(POLL)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .ignoreExceptionsInstanceOf(IllegalStateException.class)
          .until(() -> look().isEmpty());
    } catch (ConditionTimeoutException e) {
      violations.addAll(unrest.isEmpty() ? List.of("nobody answered") : unrest);
    }
    double seconds = (System.nanoTime() - beganNs) / 1e9;
    return new Verdict("calm", violations, Map.of("calm_after_s", seconds));
  }

  private List<String> look() {
    List<String> now = new ArrayList<>();
    Set<String> running = new HashSet<>();
    Set<String> grants = new HashSet<>();
    for (JsonNode listed : items("/v1/vms?limit=500")) {
      slots.found(listed.path("id").asText(), listed.path("name").asText());
      FleetClient.Answer answer = client.get("/v1/vms/" + listed.path("id").asText());
      String phase = answer.isSuccess() ? answer.body().path("phase").asText() : "gone";
      if (!AT_REST.contains(phase)) {
        now.add(listed.path("id").asText() + " is " + phase + ": " + answer.body());
      } else if (phase.equals(RUNNING)) {
        running.add(answer.body().path("id").asText());
        grants.add(
            answer.body().path("id").asText() + " at " + answer.body().path("host").asText());
      }
    }
    now.addAll(claimsBeyond(grants));
    now.addAll(openWork());
    if (now.isEmpty()) {
      now.addAll(withoutEffect(running));
    }
    unrest = now;
    return now;
  }

  private JsonNode items(String path) {
    return client.get(path).expectSuccess(path).path("items");
  }

  private List<String> claimsBeyond(Set<String> grants) {
    List<String> leaked = new ArrayList<>();
    for (JsonNode listed : items("/v1/hosts?limit=500")) {
      String id = listed.path("id").asText();
      JsonNode host = client.get("/v1/hosts/" + id).expectSuccess(id);
      if (!"CONNECTED".equals(host.path("state").asText())) {
        leaked.add(id + " is " + host.path("state").asText());
      }
      for (JsonNode claim : host.path("claims")) {
        String owner = claim.path("owner").asText() + " at " + id;
        if (!grants.contains(owner)) {
          leaked.add("a claim of " + owner + " is left");
        }
      }
    }
    return leaked;
  }

  /** Accepted work that is not over, as far as it is known at all. */
  private List<String> openWork() {
    List<String> open = new ArrayList<>();
    for (Operation operation : history.operations()) {
      if (operation.outcome() instanceof Outcome.Acknowledged(String followUp)
          && !followUp.isEmpty()
          && RUNNING.equals(work.getOrDefault(followUp, RUNNING))) {
        FleetClient.Answer answer = client.get(followUp);
        if (isCertain(answer)) {
          work.put(
              followUp,
              answer.isSuccess() ? answer.body().path("status").asText() : "" + answer.status());
        }
        if (RUNNING.equals(work.getOrDefault(followUp, RUNNING))) {
          open.add(followUp + " goes on: " + answer.body());
        }
      }
    }
    return open;
  }

  /** A node that is not ready says nothing of what was asked for. */
  private static boolean isCertain(FleetClient.Answer answer) {
    return answer.isSuccess() || answer.status() == NOT_FOUND;
  }

  /** A guest that runs, runs now: it does something after it was looked for. */
  private List<String> withoutEffect(Set<String> running) {
    long lookedNs = System.nanoTime();
    Set<String> silent = new HashSet<>(running);
    try {
      Awaitility.await("effects")
          .atMost(Duration.ofSeconds(10))
          .pollInterval(POLL)
          .until(() -> {
            for (Testimony testimony : witness.testimonies()) {
              if (testimony instanceof Effect effect && effect.atNs() > lookedNs) {
                silent.remove(effect.vm());
              }
            }
            return silent.isEmpty();
          });
    } catch (ConditionTimeoutException e) {
      return silent.stream().map(vm -> vm + " is said to run and has no effect").toList();
    }
    return List.of();
  }

  /** What there is now. Writes the last reads into the history. */
  End end() {
    int process = history.newProcess();
    Map<String, Outcome> vms = new HashMap<>();
    slots
        .nameOfId()
        .forEach((id, name) -> {
          History.Pending read = history.invoke(process, Kind.READ, name);
          FleetClient.Answer answer =
              Awaitility.await("what became of " + id)
                  .pollDelay(Duration.ZERO)
                  .pollInterval(POLL)
                  .until(() -> client.get("/v1/vms/" + id), CalmAfterwards::isCertain);
          Outcome outcome =
              answer.isSuccess()
                  ? new Outcome.Seen(WorkloadClient.sight(answer.body()))
                  : new Outcome.NotThere();
          vms.put(name, outcome);
          history.end(read, outcome);
        });
    history.operations().forEach(o -> vms.putIfAbsent(o.vm(), new Outcome.NotThere()));
    return new End(vms, work);
  }
}
