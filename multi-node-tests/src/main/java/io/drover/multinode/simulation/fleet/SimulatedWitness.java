package io.drover.multinode.simulation.fleet;

import io.drover.agent.lease.Revocations;
import io.drover.agent.lease.WitnessBook;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.multinode.simulation.engine.Machine;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Where an agent or a control node vouches for hosts: the shipped book, over the network. */
final class SimulatedWitness {
  private static final Duration DISK_MOST = Duration.ofMillis(20);

  private final Fleet fleet;
  private final Machine machine;
  private final LongSupplier clock;
  private final WitnessBook book;

  SimulatedWitness(Fleet fleet, Machine machine, Revocations revocations, LongSupplier clock) {
    this.fleet = fleet;
    this.machine = machine;
    this.clock = clock;
    this.book = new WitnessBook(revocations, clock.getAsLong());
  }

  Machine machine() {
    return machine;
  }

  /** Answers at once. */
  boolean vouch(HostId host, Epoch epoch) {
    boolean vouched = book.vouch(host, epoch, clock.getAsLong());
    if (vouched) {
      fleet.observer().vouched(machine.name(), host, epoch);
    }
    return vouched;
  }

  /** Answers when it is on disk; not at all when it cannot be kept. */
  void revoke(HostId host, Epoch epoch, boolean onlyLook, Consumer<WitnessBook.Answer> reply) {
    if (onlyLook) {
      reply.accept(book.look(host, epoch, clock.getAsLong()));
      return;
    }
    WitnessBook.Answer answer;
    try {
      answer = book.revoke(host, epoch, clock.getAsLong());
    } catch (NotKeptException e) {
      fleet.world().trace().note(machine.toString(), String.valueOf(e.getMessage()));
      return;
    }
    Duration disk = fleet.world().loop().between(Duration.ZERO, DISK_MOST);
    fleet
        .world()
        .loop()
        .after(
            disk,
            () ->
                fleet
                    .world()
                    .run(
                        machine,
                        () -> {
                          fleet.observer().revoked(machine.name(), host, epoch);
                          reply.accept(answer);
                        }));
  }

  /** The database of a control node did not take it. */
  static final class NotKeptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotKeptException(HostId host) {
      super("a revocation of " + host + " cannot be written", null, false, false);
    }
  }
}
