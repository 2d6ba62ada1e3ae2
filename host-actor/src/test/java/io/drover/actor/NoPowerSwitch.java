package io.drover.actor;

import io.drover.actor.host.PowerSwitch;
import io.drover.config.units.HostId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** No host can be switched off. */
public final class NoPowerSwitch implements PowerSwitch {
  @Override
  public int ways(HostId host, Map<String, String> labels) {
    return 0;
  }

  @Override
  public CompletionStage<Answer> switchOff(
      HostId host, Map<String, String> labels, int way, BooleanSupplier wanted) {
    return CompletableFuture.completedStage(new Answer(false, "there is no way"));
  }
}
