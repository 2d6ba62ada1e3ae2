package io.drover.actor.routing;

import io.drover.actor.host.PowerSwitch;
import io.drover.config.units.HostId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Switches that a test holds in its hand. Safe on any thread. */
final class ScriptedPower implements PowerSwitch {
  final AtomicInteger runs = new AtomicInteger();

  /** Whether what was ordered last may still be started. */
  volatile BooleanSupplier wanted = () -> false;

  volatile boolean there;
  volatile CompletableFuture<Answer> answer = new CompletableFuture<>();

  @Override
  public int ways(HostId host, Map<String, String> labels) {
    return there ? 1 : 0;
  }

  @Override
  public CompletionStage<Answer> switchOff(
      HostId host, Map<String, String> labels, int way, BooleanSupplier stillWanted) {
    wanted = stillWanted;
    runs.incrementAndGet();
    return answer;
  }
}
