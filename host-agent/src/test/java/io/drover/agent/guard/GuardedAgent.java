package io.drover.agent.guard;

import io.drover.agent.lease.Lease.Deadline;
import io.drover.config.units.Epoch;
import io.drover.config.units.VmId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A process like an agent's, with a guest inside: arms its guard once and waits for what comes. */
final class GuardedAgent {
  private GuardedAgent() {}

  public static void main(String[] args) throws Exception {
    GuardProcess guard = GuardProcess.open(Path.of(args[0]), () -> {});
    long nowNs = BootClock.nowNs();
    guard.guests().add(VmId.parse(args[1]), null, () -> {});
    long atNs = nowNs + Duration.ofMillis(Long.parseLong(args[2])).toNanos();
    guard.publish(new Deadline(new Epoch(1), 1, 0, atNs), nowNs);
    guard.require(nowNs);
    System.out.println("armed");
    new CountDownLatch(1).await();
  }
}
