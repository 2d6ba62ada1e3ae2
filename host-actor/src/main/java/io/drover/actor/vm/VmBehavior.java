package io.drover.actor.vm;

final class VmBehavior {
  sealed interface Internal extends Vm.Command {
    record Tick() implements Internal {}
  }
}
