package io.drover.actor.migration;

import io.drover.config.units.MigrationId;
import java.util.Locale;
import java.util.Optional;

/**
 * Names an order: the same for the same step of the same work, for ever, so that a repeated one is
 * answered from the agent's memory.
 *
 * @param attempt which target, 1 is the first
 * @param number of this order to that target, 1 is the first
 */
record OrderId(MigrationId migration, Step step, int attempt, int number) {
  /** What a migration has done by agents. */
  enum Step {
    PREPARE,
    PRE_COPY,
    STOP_AND_COPY,
    VERIFY,
    REMOVE_SOURCE,
    /** Between two targets; a rollback later cleans again, whatever came in the meantime. */
    LEAVE_SOURCE,
    LEAVE_TARGET,
    ABORT_SOURCE,
    ABORT_TARGET;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** {@code <migration>/<step>/<attempt>.<number>}. */
  String text() {
    return "%s/%s/%d.%d".formatted(migration, step.text, attempt, number);
  }

  /** Empty when it is not an order of this migration. */
  static Optional<OrderId> parse(MigrationId migration, String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 3 || !parts[0].equals(migration.text())) {
      return Optional.empty();
    }
    String[] numbers = parts[2].split("\\.", -1);
    for (Step step : Step.values()) {
      if (step.text.equals(parts[1]) && numbers.length == 2) {
        return Optional.of(
            new OrderId(
                migration, step, Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])));
      }
    }
    return Optional.empty();
  }
}
