package io.drover.actor.host;

import io.drover.config.units.HostId;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Switches hosts off. Never blocks; safe on any thread. */
public interface PowerSwitch {
  /** How many ways there are to switch this host off, in the order they are tried; 0 = none. */
  int ways(HostId host, Map<String, String> labels);

  /**
   * Tries one of them, once. Never fails; completes within the limits of a run. One that cannot be
   * started soon is not started: by then the host may be back.
   *
   * @param way from 0
   * @param wanted asked right before the start, on any thread; false = it is not started
   */
  CompletionStage<Answer> switchOff(
      HostId host, Map<String, String> labels, int way, BooleanSupplier wanted);

  /**
   * How it went.
   *
   * @param off confirmed by a device
   * @param evidence what was run, and what it said
   */
  record Answer(boolean off, String evidence) {}
}
