package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.List;

/**
 * What an operator has decided for an area.
 *
 * @param backups areas that run this one's control plane when it cannot, in the order to ask
 * @param failbackAfter with {@link Failback#AUTO}: how long the area must have been well before
 * @param borrowLimit how many hosts other areas may lend to this one at most; a failover is not
 *     limited by it
 */
public record AreaPolicy(
    List<AreaId> backups, Failback failback, Duration failbackAfter, int borrowLimit)
    implements CborSerializable {
  /** Of one hierarchy; a person reads no more, and each is one more place to look for an agent. */
  public static final int BACKUP_LIMIT = 6;

  /** What one area's control plane is made for. */
  public static final int HOST_LIMIT = 100_000;

  public static final AreaPolicy DEFAULT =
      new AreaPolicy(List.of(), Failback.MANUAL, Duration.ofMinutes(15), HOST_LIMIT);

  public AreaPolicy {
    backups = List.copyOf(backups);
  }

  public AreaPolicy withBackups(List<AreaId> next) {
    return new AreaPolicy(next, failback, failbackAfter, borrowLimit);
  }

  AreaPolicy with(AreaChange change) {
    return new AreaPolicy(
        change.backups().orElse(backups),
        change.failback().map(Failback::valueOf).orElse(failback),
        change.failbackAfter().orElse(failbackAfter),
        change.borrowLimit().orElse(borrowLimit));
  }

  /** Who decides that an area runs itself again. */
  public enum Failback {
    /** A person. */
    MANUAL,
    /** The area, after it has been well for a while. */
    AUTO,
    /**
     * Nobody: whoever took over keeps it until this policy is another one. When that has no control
     * node any more, the area may be its successor.
     */
    NEVER
  }
}
