package io.drover.http.model;

import io.drover.actor.api.DrainView;
import io.drover.config.units.EntityId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The drain of a host, VM by VM.
 *
 * @param over whether the phase is a last one
 */
public record DrainJson(
    String host,
    String operation,
    long version,
    String phase,
    boolean over,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt,
    List<VmMoveJson> vms) {

  /** What became of one VM, and what comes next. */
  public record VmMoveJson(
      String vm,
      String status,
      int attempts,
      Optional<String> migration,
      Optional<String> target,
      String reason,
      Instant since,
      String nextAction) {
    static VmMoveJson from(DrainView.VmMove move) {
      return new VmMoveJson(
          move.vm().text(),
          move.status().name(),
          move.attempts(),
          move.migration().map(EntityId::text),
          move.target().map(EntityId::text),
          move.reason(),
          move.since(),
          move.nextAction());
    }
  }

  public static DrainJson from(DrainView drain) {
    return new DrainJson(
        drain.host().text(),
        drain.operation().text(),
        drain.version(),
        drain.phase().name(),
        drain.phase().isOver(),
        drain.reason(),
        drain.startedAt(),
        drain.endedAt(),
        drain.vms().stream().map(VmMoveJson::from).toList());
  }
}
