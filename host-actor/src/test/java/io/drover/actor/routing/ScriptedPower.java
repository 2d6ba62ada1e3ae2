package io.drover.actor.routing;

import io.drover.actor.host.PowerSwitch;
import io.drover.config.units.HostId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Switches that a test holds in its hand. Safe on any thread. */
final class ScriptedPower implements PowerSwitch {
  final AtomicInteger runs = new AtomicInteger();
  volatile boolean there;
  volatile CompletableFuture<Answer> answer = new CompletableFuture<>();

  @Override
  public boolean reaches(HostId host, Map<String, String> labels) {
    return there;
  }

  @Override
  public CompletionStage<Answer> switchOff(HostId host, Map<String, String> labels) {
    runs.incrementAndGet();
    return answer;
  }
}
