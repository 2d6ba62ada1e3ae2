package io.drover.multinode.simulation.fleet;

import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.MigrationId;
import io.drover.protocol.v1.TargetReady;
import io.drover.transfer.TransferTicket;
import java.time.Duration;
import java.util.Optional;

/** The target's end of one migration. */
final class Incoming {
  private static final Duration LOAD = Duration.ofMillis(40);

  private final SimulatedAgent agent;
  private final MigrationId migration;
  private final SimulatedGuest guest;
  private final GuestPlace place;
  private final TransferTicket ticket;
  private Optional<TargetReady> ready = Optional.empty();
  private String failure = "";
  private boolean ended;

  Incoming(SimulatedAgent agent, MigrationId migration, SimulatedGuest guest, GuestPlace place) {
    this.agent = agent;
    this.migration = migration;
    this.guest = guest;
    this.place = place;
    this.ticket = agent.fleet().transfers().receive(this, agent.name());
  }

  TransferTicket ticket() {
    return ticket;
  }

  SimulatedAgent agent() {
    return agent;
  }

  Optional<TargetReady> ready() {
    return ready;
  }

  String failure() {
    return failure;
  }

  /** Whether a source may send here. */
  boolean isOpen() {
    return !ended && failure.isEmpty() && agent.isThisLife(place);
  }

  /** All pages are here. */
  void complete(String digest, boolean spoiled) {
    agent.later(
        agent.loop().between(Duration.ofMillis(1), LOAD),
        () -> {
          if (!isOpen()) {
            return;
          }
          if (spoiled) {
            guest.spoil();
          }
          guest.loaded();
          TargetReady message =
              TargetReady.newBuilder()
                  .setMigrationId(migration.text())
                  .setDigest(digest)
                  .setReadyAtUs(agent.wallMicros())
                  .build();
          ready = Optional.of(message);
          place.targetReady(message);
        });
  }

  /** The source is gone, or gave it up. */
  void fail(String reason) {
    if (isOpen() && ready.isEmpty()) {
      failure = reason;
      place.transferBroke(migration, Side.TARGET, reason);
    }
  }

  void end() {
    ended = true;
  }
}
