package io.drover.actor.lease;

import io.drover.actor.CborSerializable;
import java.time.Instant;

/**
 * Why no guest of a host can run any more.
 *
 * @param evidence for people
 */
public record FenceProof(By by, String evidence, Instant at) implements CborSerializable {
  /** What the proof rests on; the later, the stronger. */
  public enum By {
    /** The guests that may be restarted elsewhere were killed by their guard at the latest then. */
    LEASE,
    /** A command switched the host's power off, and saw it off. */
    FENCE_COMMAND,
    /** A person says so. */
    OPERATOR
  }

  /** Whether nothing runs there, not even what no guard kills. */
  public boolean powerOff() {
    return by != By.LEASE;
  }
}
