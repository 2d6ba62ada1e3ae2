package io.drover.actor.host;

import io.drover.config.units.HostId;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Switches hosts off. Never blocks; safe on any thread. */
public interface PowerSwitch {
  /** Whether there is any way to switch this host off. */
  boolean reaches(HostId host, Map<String, String> labels);

  /** Tries every way there is. Never fails; completes within the limits of each. */
  CompletionStage<Answer> switchOff(HostId host, Map<String, String> labels);

  /**
   * How it went.
   *
   * @param off confirmed by a device
   * @param evidence what was run, and what it said
   */
  record Answer(boolean off, String evidence) {}
}
