package io.drover.multinode.simulation;

import java.util.function.Consumer;

/** A kind of fault. */
enum Fault {
  NODE_KILLED(Strikes::killNode),
  NODE_MISSED_ALIVE(Strikes::missNode),
  NODE_PAUSED(Strikes::pauseNode),
  AREA_LOST(Strikes::killArea),
  AREA_PAUSED(Strikes::pauseArea),
  SHARD_MOVED(Strikes::moveShard),
  SPLIT_BRAIN(Strikes::splitBrain),
  SPLIT_BRAIN_AT_HELLO(Strikes::splitBrainAtHello),
  PARTITION(strikes -> strikes.partition(false)),
  ONE_WAY_CUT(strikes -> strikes.partition(true)),
  DATABASE_CUT(Strikes::cutDatabase),
  DATABASE_FAILING(Strikes::failDatabase),
  DATABASE_SLOW(Strikes::slowDatabase),
  NETWORK_BAD(Strikes::badNetwork),
  AGENT_KILLED(strikes -> strikes.killAgent(false)),
  AGENT_AND_GUESTS_KILLED(strikes -> strikes.killAgent(true)),
  AGENT_PAUSED(Strikes::pauseAgent),
  HOST_SUSPENDED(Strikes::suspendHost),
  HOST_ISOLATED(Strikes::isolateHost),
  WITNESSES_RESTART(Strikes::restartWitnesses),
  GUARD_KILLED(Strikes::killGuard),
  POWER_CUT(Strikes::cutPower),
  CLOCK_JUMPED(Strikes::jumpClock),
  GUEST_ENDED(Strikes::endGuest);

  @SuppressWarnings("ImmutableEnumChecker") // a function without state
  private final Consumer<Strikes> strike;

  Fault(Consumer<Strikes> strike) {
    this.strike = strike;
  }

  void strike(Strikes strikes) {
    strike.accept(strikes);
  }
}
