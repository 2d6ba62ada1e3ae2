package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.DrillView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.drill.Drill;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.actor.operation.Operation;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.OperationId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Calls about drills of areas. */
final class DrillCalls {
  private final Routes routes;
  private final Ids ids;
  private final OnceCalls once;

  DrillCalls(Routes routes, Ids ids, OnceCalls once) {
    this.routes = routes;
    this.ids = ids;
    this.once = once;
  }

  /** Starts one, unless one is under way. The area is known. */
  CompletionStage<OperationView> start(AreaId area, Optional<AreaId> to, Terms terms) {
    String what = "drill" + to.map(backup -> " to " + backup).orElse("");
    return terms
        .idempotencyKey()
        .map(key -> OnceCalls.operation(area, "drill " + key))
        .map(id -> keyed(id, what, area, () -> start(area, to, id)))
        .orElseGet(() -> start(area, to, new OperationId(firstCell(area), ids.next())));
  }

  private CompletionStage<OperationView> start(
      AreaId area, Optional<AreaId> to, OperationId operation) {
    return Calls.read(
            routes.<Operation.Command, Operation.Subject>ask(
                Operation.TYPE_KEY,
                operation.text(),
                replyTo -> new Operation.Command.OpenDrill(area, replyTo)),
            "open " + operation)
        .thenCompose(_ -> change(area, r -> new Drill.Request.Start(operation, to, r)));
  }

  CompletionStage<OperationView> abort(AreaId area, Terms terms) {
    Supplier<CompletionStage<OperationView>> abort = () -> change(area, Drill.Request.Abort::new);
    return terms
        .idempotencyKey()
        .map(key -> OnceCalls.operation(area, "abort drill " + key))
        .map(id -> keyed(id, "abort drill", area, abort))
        .orElseGet(abort);
  }

  CompletionStage<DrillView> look(AreaId area) {
    return Calls.read(ask(area, Drill.Request.Get::new), "drill of " + area)
        .thenCompose(DrillCalls::shown);
  }

  /** Refuses while one is under way: it would undo what somebody else decides for the area. */
  CompletionStage<Void> requireNone(AreaId area) {
    return Calls.read(ask(area, Drill.Request.Get::new), "drill of " + area)
        .thenCompose(reply ->
            reply instanceof Drill.Reply.Shown(DrillView drill) && !drill.phase().isOver()
                ? Calls.refused(underWay(drill))
                : CompletableFuture.completedStage(null));
  }

  private static Refusal underWay(DrillView drill) {
    return new Refusal(
        Refusal.Kind.CONFLICT,
        "drill %s of area %s is under way (%s); it can be aborted"
            .formatted(drill.operation(), drill.area(), drill.phase()),
        Map.of("drill", drill.operation().text(), "phase", drill.phase().name()),
        List.of());
  }

  CompletionStage<OperationView> operation(AreaId area, OperationId operation) {
    return Calls.read(
            ask(area, r -> new Drill.Request.GetOperation(operation, r)), "operation " + operation)
        .thenCompose(reply ->
            reply instanceof Drill.Reply.OperationShown r
                ? CompletableFuture.completedStage(r.operation())
                : shown(reply).thenApply(DrillView::asOperation));
  }

  /** Every area has one; where a drill's own operation is kept. */
  private static CellId firstCell(AreaId area) {
    return new CellId(area, 0);
  }

  private CompletionStage<OperationView> keyed(
      OperationId id, String what, AreaId area, Supplier<CompletionStage<OperationView>> change) {
    return once.once(
            id,
            RequestDigest.of(what, area.name()),
            () -> change.get().<Outcome>thenApply(Outcome.OfOperation::new))
        .thenApply(outcome -> ((Outcome.OfOperation) outcome).operation());
  }

  private CompletionStage<OperationView> change(
      AreaId area, Function<ActorRef<Drill.Reply>, Drill.Command> command) {
    return Calls.change(ask(area, command), "drill of " + area)
        .thenCompose(DrillCalls::shown)
        .thenApply(DrillView::asOperation);
  }

  private static CompletionStage<DrillView> shown(Drill.Reply reply) {
    return switch (reply) {
      case Drill.Reply.Shown r -> CompletableFuture.completedStage(r.drill());
      case Drill.Reply.Refused r -> Calls.refused(r.refusal());
      case Drill.Reply.OperationShown r -> throw new IllegalStateException("not asked: " + r);
    };
  }

  private CompletionStage<Drill.Reply> ask(
      AreaId area, Function<ActorRef<Drill.Reply>, Drill.Command> command) {
    return routes.ask(Drill.TYPE_KEY, area.name(), command);
  }
}
