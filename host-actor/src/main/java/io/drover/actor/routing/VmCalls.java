package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentReport;
import io.drover.actor.api.ConsoleView;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.Host;
import io.drover.actor.host.OrderOutcome;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.actor.operation.Operation;
import io.drover.actor.vm.Vm;
import io.drover.actor.vm.Vm.Work;
import io.drover.config.units.HostId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/** Calls about VMs that exist: what is to be done with them, and their consoles. */
final class VmCalls {
  private static final Duration CONSOLE_DEADLINE = Duration.ofSeconds(5);

  private final Routes routes;
  private final Ids ids;
  private final OnceCalls once;

  VmCalls(Routes routes, Ids ids, OnceCalls once) {
    this.routes = routes;
    this.ids = ids;
    this.once = once;
  }

  /**
   * Has the VM do something that takes time.
   *
   * @param grace of a stop
   */
  CompletionStage<OperationView> operate(VmId vm, Work work, Duration grace, Terms terms) {
    if (terms.idempotencyKey().isEmpty()) {
      OperationId operation = new OperationId(vm.cell(), ids.next());
      return VmAnswers.look(routes, vm)
          .thenCompose(_ -> operate(vm, work, grace, operation, terms));
    }
    OperationId operation = OnceCalls.operation(vm.cell(), vm, terms.idempotencyKey().get());
    return once.once(
            operation,
            RequestDigest.of(work.name(), vm.text(), grace.toString()),
            () ->
                operate(vm, work, grace, operation, terms)
                    .<Outcome>thenApply(Outcome.OfOperation::new))
        .thenApply(outcome -> ((Outcome.OfOperation) outcome).operation());
  }

  /** The id is made known first: whoever gets it in an answer can ask for it. */
  private CompletionStage<OperationView> operate(
      VmId vm, Work work, Duration grace, OperationId operation, Terms terms) {
    CompletionStage<Operation.Subject> opened =
        routes.ask(
            Operation.TYPE_KEY,
            operation.text(),
            replyTo -> new Operation.Command.Open(vm, replyTo));
    return Calls.read(opened, "open " + operation)
        .thenCompose(_ ->
            Calls.change(
                askVm(vm, replyTo -> request(work, grace, operation, terms, replyTo)),
                "change of " + vm))
        .thenCompose(VmAnswers::accepted);
  }

  private static Vm.Request request(
      Work work, Duration grace, OperationId operation, Terms terms, ActorRef<Vm.Reply> replyTo) {
    Vm.Request change =
        switch (work) {
          case START -> new Vm.Request.Start(operation, replyTo);
          case STOP -> new Vm.Request.Stop(operation, grace, replyTo);
          case REBOOT -> new Vm.Request.Reboot(operation, replyTo);
          case DELETE -> new Vm.Request.Delete(operation, replyTo);
        };
    return terms.ifVersion().isPresent()
        ? new Vm.Request.IfUnchanged(terms.ifVersion().getAsLong(), change)
        : change;
  }

  CompletionStage<OperationView> operation(VmId vm, OperationId operation) {
    return Calls.read(
            askVm(vm, replyTo -> new Vm.Request.GetOperation(operation, replyTo)),
            "operation " + operation)
        .thenCompose(VmAnswers::accepted);
  }

  CompletionStage<ConsoleView> console(VmId vm, long fromOffset, int maxBytes) {
    return VmAnswers.look(routes, vm)
        .thenCompose(view ->
            view.host()
                .map(host -> readConsole(vm, host, fromOffset, maxBytes))
                .orElseGet(() ->
                    Calls.refused(
                        Refusal.Kind.CONFLICT,
                        "%s is %s: no host has its console"
                            .formatted(vm, VmAnswers.word(view.phase())))));
  }

  private CompletionStage<ConsoleView> readConsole(
      VmId vm, HostId host, long fromOffset, int maxBytes) {
    CompletionStage<OrderOutcome> outcome =
        routes.ask(
            Host.TYPE_KEY,
            host.text(),
            replyTo ->
                new Host.Command.Instruct(
                    vm + "/console/" + ids.next(),
                    new AgentOrder.ReadConsole(vm, fromOffset, maxBytes),
                    CONSOLE_DEADLINE,
                    replyTo));
    return Calls.read(outcome, "console of " + vm)
        .thenCompose(o ->
            switch (o) {
              case OrderOutcome.Answered(HostId _, String _, AgentReport.Outcome.Console c) ->
                  CompletableFuture.completedStage(new ConsoleView(c.startOffset(), c.text()));
              case OrderOutcome.Answered a ->
                  Calls.refused(Refusal.Kind.CONFLICT, "%s: %s".formatted(host, a.outcome()));
              case OrderOutcome.Unanswered u -> Calls.refused(Refusal.Kind.UNAVAILABLE, u.reason());
            });
  }

  private CompletionStage<Vm.Reply> askVm(
      VmId vm, Function<ActorRef<Vm.Reply>, Vm.Command> command) {
    return routes.ask(Vm.TYPE_KEY, vm.text(), command);
  }
}
