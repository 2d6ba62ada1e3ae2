package io.drover.actor.routing;

import io.drover.actor.Routes;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.VmView;
import io.drover.actor.vm.Vm;
import io.drover.config.units.VmId;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a VM's replies mean to a caller. */
final class VmAnswers {
  private VmAnswers() {}

  static CompletionStage<VmView> look(Routes routes, VmId vm) {
    CompletionStage<Vm.Reply> answer = routes.ask(Vm.TYPE_KEY, vm.text(), Vm.Request.Get::new);
    return Calls.read(answer, vm.text()).thenCompose(VmAnswers::shown);
  }

  static CompletionStage<VmView> shown(Vm.Reply reply) {
    return switch (reply) {
      case Vm.Reply.Shown r -> CompletableFuture.completedStage(r.vm());
      case Vm.Reply.Refused r -> Calls.refused(r.refusal());
      case Vm.Reply.Accepted r -> throw new IllegalStateException("not asked: " + r);
    };
  }

  static CompletionStage<OperationView> accepted(Vm.Reply reply) {
    return switch (reply) {
      case Vm.Reply.Accepted r -> CompletableFuture.completedStage(r.operation());
      case Vm.Reply.Refused r -> Calls.refused(r.refusal());
      case Vm.Reply.Shown r -> throw new IllegalStateException("not asked: " + r);
    };
  }

  static String word(VmView.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }
}
