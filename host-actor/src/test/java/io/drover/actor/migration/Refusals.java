package io.drover.actor.migration;

import io.drover.actor.api.Refusal;

final class Refusals {
  static final Refusal FULL = Refusal.of(Refusal.Kind.NO_CAPACITY, "no host has room");

  private Refusals() {}
}
