package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.HostView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.drain.Drain;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.actor.operation.Operation;
import io.drover.config.units.HostId;
import io.drover.config.units.OperationId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Calls about drains of hosts: what can be known beforehand is checked before anything is stored.
 */
final class DrainCalls {
  private final Routes routes;
  private final Ids ids;
  private final OnceCalls once;

  DrainCalls(Routes routes, Ids ids, OnceCalls once) {
    this.routes = routes;
    this.ids = ids;
    this.once = once;
  }

  /**
   * Starts one, unless one is under way.
   *
   * @param host as it is now
   */
  CompletionStage<OperationView> start(HostView host, Terms terms) {
    HostId id = host.id();
    if (terms.idempotencyKey().isEmpty()) {
      return start(host, new OperationId(id.cell(), ids.next()), terms);
    }
    OperationId operation =
        OnceCalls.operation(id.cell(), id, "drain " + terms.idempotencyKey().get());
    return keyed(operation, "drain", id, () -> start(host, operation, terms));
  }

  private CompletionStage<OperationView> start(HostView host, OperationId operation, Terms terms) {
    return check(host, terms)
        .thenCompose(_ ->
            Calls.read(
                routes.<Operation.Command, Operation.Subject>ask(
                    Operation.TYPE_KEY,
                    operation.text(),
                    replyTo -> new Operation.Command.OpenDrain(host.id(), replyTo)),
                "open " + operation))
        .thenCompose(_ -> change(host.id(), r -> new Drain.Request.Start(operation, r)));
  }

  private static CompletionStage<HostView> check(HostView host, Terms terms) {
    if (terms.ifVersion().isPresent() && terms.ifVersion().getAsLong() != host.version()) {
      return Calls.refused(
          Refusal.versionMismatch(host.id().text(), host.version(), terms.ifVersion().getAsLong()));
    }
    if (host.state() != HostView.State.CONNECTED) {
      return Calls.refused(
          new Refusal(
              Refusal.Kind.CONFLICT,
              "%s is %s since %s: its %d claims cannot be moved live"
                  .formatted(
                      host.id(),
                      host.state().name().toLowerCase(Locale.ROOT),
                      host.stateSince(),
                      host.claims().size()),
              Map.of(
                  "state", host.state().name(), "claims", Integer.toString(host.claims().size())),
              List.of()));
    }
    return CompletableFuture.completedStage(host);
  }

  CompletionStage<OperationView> abort(HostId host, Terms terms) {
    Supplier<CompletionStage<OperationView>> abort = () -> change(host, Drain.Request.Abort::new);
    return terms
        .idempotencyKey()
        .map(key -> OnceCalls.operation(host.cell(), host, "abort " + key))
        .map(id -> keyed(id, "abort drain", host, abort))
        .orElseGet(abort);
  }

  CompletionStage<DrainView> look(HostId host) {
    return Calls.read(ask(host, Drain.Request.Get::new), "drain of " + host)
        .thenCompose(DrainCalls::shown);
  }

  CompletionStage<OperationView> operation(HostId host, OperationId operation) {
    return Calls.read(
            ask(host, r -> new Drain.Request.GetOperation(operation, r)), "operation " + operation)
        .thenCompose(reply ->
            reply instanceof Drain.Reply.OperationShown r
                ? CompletableFuture.completedStage(r.operation())
                : shown(reply).thenApply(DrainView::asOperation));
  }

  private CompletionStage<OperationView> keyed(
      OperationId id, String what, HostId host, Supplier<CompletionStage<OperationView>> change) {
    return once.once(
            id,
            RequestDigest.of(what, host.text()),
            () -> change.get().<Outcome>thenApply(Outcome.OfOperation::new))
        .thenApply(outcome -> ((Outcome.OfOperation) outcome).operation());
  }

  private CompletionStage<OperationView> change(
      HostId host, Function<ActorRef<Drain.Reply>, Drain.Command> command) {
    return Calls.change(ask(host, command), "drain of " + host)
        .thenCompose(DrainCalls::shown)
        .thenApply(DrainView::asOperation);
  }

  private static CompletionStage<DrainView> shown(Drain.Reply reply) {
    return switch (reply) {
      case Drain.Reply.Shown r -> CompletableFuture.completedStage(r.drain());
      case Drain.Reply.Refused r -> Calls.refused(r.refusal());
      case Drain.Reply.OperationShown r -> throw new IllegalStateException("not asked: " + r);
    };
  }

  private CompletionStage<Drain.Reply> ask(
      HostId host, Function<ActorRef<Drain.Reply>, Drain.Command> command) {
    return routes.ask(Drain.TYPE_KEY, host.text(), command);
  }
}
