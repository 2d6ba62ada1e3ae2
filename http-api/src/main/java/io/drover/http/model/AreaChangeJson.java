package io.drover.http.model;

import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.config.units.AreaId;
import io.drover.http.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The body of {@code PATCH /v1/areas/{area}}; what is left out stays as it is. */
public record AreaChangeJson(
    Optional<List<String>> backups,
    Optional<String> failback,
    Optional<Long> failbackAfterSeconds,
    Optional<Long> borrowLimit) {
  public static final AreaChangeJson NOTHING =
      new AreaChangeJson(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  private static final List<String> FAILBACKS = List.of("manual", "auto", "never");
  private static final long DAY_S = Duration.ofDays(1).toSeconds();
  private static final long BORROW_LIMIT = 100_000;

  /** The checked change. */
  public AreaChange toChange() {
    return new AreaChange(
        backups.map(names ->
            names.stream().map(name -> Fields.parsed("backups", name, AreaId::new)).toList()),
        failback.map(AreaChangeJson::failback),
        failbackAfterSeconds.map(
            s -> Duration.ofSeconds(Fields.inRange("failbackAfterSeconds", s, 1, DAY_S))),
        borrowLimit.map(hosts -> (int) Fields.inRange("borrowLimit", hosts, 0, BORROW_LIMIT)));
  }

  private static String failback(String word) {
    if (!FAILBACKS.contains(word)) {
      throw ProblemException.invalid(
          "failback", "failback must be one of %s, not \"%s\"".formatted(FAILBACKS, word));
    }
    return word.toUpperCase(Locale.ROOT);
  }
}
