package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import io.drover.config.units.AreaId;
import io.drover.config.units.OperationId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The drill of an area as the API shows it.
 *
 * @param to the backup that runs the area meanwhile
 * @param reason why it is in this phase
 */
public record DrillView(
    AreaId area,
    OperationId operation,
    long version,
    AreaId to,
    Phase phase,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt,
    Report report)
    implements CborSerializable {
  /** Of its operation. */
  public static final String KIND = "drill";

  /** Where it stands. */
  public enum Phase {
    /** The backup is to run the area. */
    GOING_OVER,
    /** The area is to run itself again. */
    COMING_BACK,
    /** It was there and is back. */
    COMPLETED,
    /** Something did not come about in time; the reason says what. */
    FAILED,
    ABORTED;

    public boolean isOver() {
      return this == COMPLETED || this == FAILED || this == ABORTED;
    }

    /** Of the drill's operation. */
    public OperationView.Status asStatus() {
      return switch (this) {
        case GOING_OVER, COMING_BACK -> OperationView.Status.RUNNING;
        case COMPLETED -> OperationView.Status.SUCCEEDED;
        case FAILED -> OperationView.Status.FAILED;
        case ABORTED -> OperationView.Status.CANCELLED;
      };
    }
  }

  /**
   * What was measured so far. An <i>operation</i> is one that the drill itself opens in each cell
   * that has hosts, one after the other: it is in the journal when it is acknowledged, by the same
   * way as everybody's, and at the end each acknowledged one is asked for again.
   *
   * @param hosts that were settled with the area's own control nodes when it began
   * @param there how the backup took it over, from the decision on
   * @param home how the area took itself back
   * @param operationsAcknowledged so far
   * @param operationsLost acknowledged, and not there afterwards; empty until all were asked for
   */
  public record Report(
      int hosts, Way there, Way home, int operationsAcknowledged, Optional<Integer> operationsLost)
      implements CborSerializable {}

  /**
   * One of the two ways.
   *
   * @param accepting until every cell ran there and had acknowledged an operation since
   * @param allHosts until all hosts' agents had a session there and the newest endpoint list
   */
  public record Way(Optional<Duration> accepting, Optional<Duration> allHosts)
      implements CborSerializable {}

  /** As what a 202 named. */
  public OperationView asOperation() {
    return new OperationView(
        operation.text(), KIND, area.name(), phase.asStatus(), reason, startedAt, endedAt);
  }
}
