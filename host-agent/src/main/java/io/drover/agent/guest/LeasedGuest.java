package io.drover.agent.guest;

import io.drover.agent.process.ProcessIdentity;
import java.util.Optional;

/** A guest as its host's lease knows it: how it is stopped when that is over. */
public interface LeasedGuest {
  /** The process that runs it; empty for a guest inside this JVM. */
  Optional<ProcessIdentity> process();

  /**
   * From now on a guest inside this JVM executes nothing, and no frame of it leaves, while this
   * permit is not given. One with a process of its own is stopped from outside. Any thread.
   */
  void heed(RunPermit permit);
}
