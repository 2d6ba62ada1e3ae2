package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.Refusal;
import io.drover.actor.operation.KeyedRequest;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.EntityId;
import io.drover.config.units.OperationId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Changes under an {@code Idempotency-Key}: carried out once, answered the same for ever. */
final class OnceCalls {
  private final Routes routes;

  OnceCalls(Routes routes) {
    this.routes = routes;
  }

  /** The operation that this key stands for on what is to be changed, for ever. */
  static OperationId operation(CellId cell, EntityId subject, String key) {
    return operation(cell, subject.text(), key);
  }

  /** The same for an area as a whole. */
  static OperationId operation(AreaId area, String key) {
    return operation(new CellId(area, 0), "area " + area, key);
  }

  static OperationId operation(CellId cell, String subject, String key) {
    return new OperationId(cell, Ids.derived(String.join("\n", "op", subject, key)));
  }

  /**
   * Carries it out unless it was answered before.
   *
   * @param requestDigest of the request; another one under the same key is refused
   * @param change must be repeatable: of an attempt whose answer was lost nothing is known
   */
  CompletionStage<Outcome> once(
      OperationId id, String requestDigest, Supplier<CompletionStage<Outcome>> change) {
    CompletionStage<KeyedRequest.Reply> begun =
        ask(id, replyTo -> new KeyedRequest.Command.Begin(requestDigest, replyTo));
    return Calls.read(begun, "request " + id)
        .thenCompose(reply ->
            switch (reply) {
              case KeyedRequest.Reply.CarryOut _ ->
                  change.get().thenCompose(outcome -> record(id, requestDigest, outcome));
              case KeyedRequest.Reply.Answered r -> CompletableFuture.completedStage(r.outcome());
              case KeyedRequest.Reply.Mismatch _ ->
                  Calls.refused(
                      Refusal.Kind.IDEMPOTENCY_MISMATCH,
                      "this Idempotency-Key came with another request before");
            });
  }

  /** The caller gets its answer also when recording it fails: then it has no need to ask again. */
  private CompletionStage<Outcome> record(OperationId id, String requestDigest, Outcome outcome) {
    return this.ask(id, replyTo -> new KeyedRequest.Command.Answer(requestDigest, outcome, replyTo))
        .handle(
            (reply, _) -> reply instanceof KeyedRequest.Reply.Answered a ? a.outcome() : outcome);
  }

  private CompletionStage<KeyedRequest.Reply> ask(
      OperationId id, Function<ActorRef<KeyedRequest.Reply>, KeyedRequest.Command> command) {
    return routes.ask(KeyedRequest.TYPE_KEY, id.text(), command);
  }
}
