package io.drover.actor.migration;

final class MigrationBehavior {
  sealed interface Internal extends Migration.Command {
    record Tick() implements Internal {}
  }
}
