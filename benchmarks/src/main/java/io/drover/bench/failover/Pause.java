package io.drover.bench.failover;

import java.time.Duration;
import org.awaitility.Awaitility;

/** Lets time pass that is itself what is measured. */
final class Pause {
  private static final Duration SLACK = Duration.ofSeconds(10);

  private Pause() {}

  static void of(Duration duration) {
    Awaitility.await().pollDelay(duration).atMost(duration.plus(SLACK)).until(() -> true);
  }
}
