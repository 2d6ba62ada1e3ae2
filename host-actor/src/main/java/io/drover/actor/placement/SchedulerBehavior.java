package io.drover.actor.placement;

final class SchedulerBehavior {
  sealed interface Internal extends Scheduler.Command {
    record Tick() implements Internal {}
  }
}
