package io.drover.actor.drain;

import io.drover.actor.CborSerializable;
import io.drover.actor.Routes;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.config.settings.EntitySettings;
import io.drover.config.settings.MoveSettings;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The draining of one host, again and again over its life: at most one at a time. Entity id: {@link
 * HostId#text()}.
 *
 * <pre>
 * Idle ─DrainStarted─▶ Cordoning ─HostCordoned─▶ Draining ─DrainEnded─▶ Over ─DrainStarted─▶ …
 *                          └───────AbortStarted──────┴──▶ Aborting ─DrainEnded─▶ Over
 * </pre>
 *
 * It moves nothing itself: it starts migrations, whose ids follow from the drain, the VM and the
 * attempt, so that a repetition after a recovery starts no second one. A VM that cannot be moved
 * now waits, with its reason; what it waits for is looked at again and not journaled.
 */
public final class Drain {
  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "drain");

  private Drain() {}

  /** What a drain needs of the world. */
  public record Ports(
      Routes routes, MoveSettings settings, EntitySettings entities, InstantSource clock) {}

  /**
   * The entity.
   *
   * @param rest called when it need not stay in memory, again and again: has the shard passivate it
   */
  public static Behavior<Command> create(
      HostId host, PersistenceId persistenceId, Ports ports, Runnable rest) {
    return DrainBehavior.create(host, persistenceId, ports, rest);
  }

  /** What may be asked of a drain. */
  public sealed interface Command extends CborSerializable
      permits Request, DrainBehavior.Internal {}

  /** From people, through the API. */
  public sealed interface Request extends Command {
    ActorRef<Reply> replyTo();

    /** Starts it. While one is under way, that one is shown. */
    record Start(OperationId operation, ActorRef<Reply> replyTo) implements Request {}

    /** Starts no more migrations, and cancels those that have not switched over. Repeatable. */
    record Abort(ActorRef<Reply> replyTo) implements Request {}

    /** The one under way, or the last one. */
    record Get(ActorRef<Reply> replyTo) implements Request {}

    /** One of the last ones, by its id. */
    record GetOperation(OperationId operation, ActorRef<Reply> replyTo) implements Request {}
  }

  /** Answers to people. */
  public sealed interface Reply extends CborSerializable {
    record Shown(DrainView drain) implements Reply {}

    record OperationShown(OperationView operation) implements Reply {}

    record Refused(Refusal refusal) implements Reply {}
  }

  /** What is remembered of a host's drains. */
  public sealed interface Event extends CborSerializable {
    Instant at();

    record DrainStarted(HostId host, OperationId operation, Instant at) implements Event {}

    /** The host takes no new claims. */
    record HostCordoned(Instant at) implements Event {}

    /**
     * This migration is to be started.
     *
     * @param attempt 1 for the first
     * @param vmVersion it takes part only if it is still as it was seen
     */
    record MoveStarted(VmId vm, MigrationId migration, int attempt, long vmVersion, Instant at)
        implements Event {}

    /**
     * That migration is over.
     *
     * @param target where the VM is now; empty = it stays at its host for now
     * @param isFinal it is not tried again
     */
    record MoveEnded(
        VmId vm,
        MigrationId migration,
        Optional<HostId> target,
        String reason,
        boolean isFinal,
        Instant at)
        implements Event {}

    record AbortStarted(String reason, Instant at) implements Event {}

    /**
     * Nothing is under way any more. Says again what began, for those who see no more than this.
     *
     * @param phase one of the last ones
     * @param left VMs that are still there, and why
     */
    record DrainEnded(
        HostId host,
        OperationId operation,
        Instant startedAt,
        DrainView.Phase phase,
        String reason,
        List<VmLeft> left,
        Instant at)
        implements Event {
      public DrainEnded {
        left = List.copyOf(left);
      }
    }
  }

  /** How far the drain's operation is after this, if that is news. */
  public static Optional<OperationView> operationAfter(Event event) {
    return switch (event) {
      case Event.DrainStarted e ->
          Optional.of(
              operation(e.host(), e.operation(), DrainView.Phase.CORDONING, "", e.at(), e.at()));
      case Event.DrainEnded e ->
          Optional.of(
              operation(e.host(), e.operation(), e.phase(), e.reason(), e.startedAt(), e.at()));
      case Event.HostCordoned _, Event.MoveStarted _, Event.MoveEnded _, Event.AbortStarted _ ->
          Optional.empty();
    };
  }

  static OperationView operation(
      HostId host,
      OperationId operation,
      DrainView.Phase phase,
      String reason,
      Instant startedAt,
      Instant at) {
    return new DrainView(
            host,
            operation,
            0,
            phase,
            reason,
            startedAt,
            phase.isOver() ? Optional.of(at) : Optional.empty(),
            List.of())
        .asOperation();
  }

  /** A VM that is not moved, and why. */
  public record VmLeft(VmId vm, String reason) implements CborSerializable {}
}
