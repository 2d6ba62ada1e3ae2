package io.drover.actor.host;

final class HostBehavior {
  sealed interface Internal extends Host.Command {
    record Tick() implements Internal {}
  }
}
