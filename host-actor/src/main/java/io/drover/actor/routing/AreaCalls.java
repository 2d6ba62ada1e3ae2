package io.drover.actor.routing;

import io.drover.actor.Routes;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.AreaChange;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.Refusal;
import io.drover.actor.area.Area;
import io.drover.actor.area.Area.Reply;
import io.drover.actor.area.AreaViews;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Calls about areas: their hierarchy, and who runs them. */
final class AreaCalls {
  private final Routes routes;
  private final FleetSight sight;
  private final OnceCalls once;
  private final ArmingCalls arming;
  private final DrillCalls drills;

  AreaCalls(
      Routes routes, FleetSight sight, OnceCalls once, ArmingCalls arming, DrillCalls drills) {
    this.routes = routes;
    this.sight = sight;
    this.once = once;
    this.arming = arming;
    this.drills = drills;
  }

  CompletionStage<AreaView> view(AreaId area) {
    return look(area).thenCompose(shown -> withArming(area, shown));
  }

  /** An area is shown also while its scheduler moves: that is when its alarms are looked at. */
  private CompletionStage<AreaView> withArming(AreaId area, Reply.Shown shown) {
    return arming
        .look(area)
        .<Optional<ArmingView>>thenApply(Optional::of)
        .exceptionally(_ -> Optional.empty()) // it is shown as not known
        .thenApply(armed -> AreaViews.of(shown, sight, armed));
  }

  CompletionStage<Reply.Shown> look(AreaId area) {
    return Calls.read(ask(area, Area.Request.Get::new), "area " + area)
        .thenCompose(AreaCalls::shown);
  }

  /** Why nobody would answer for a cell now; empty while somebody may. */
  Optional<Refusal> unmanaged(CellId cell) {
    return sight
        .management(cell.area())
        .map(management -> management.candidates(cell))
        .filter(areas -> areas.stream().noneMatch(sight::isUsable))
        .map(areas ->
            Refusal.of(
                Refusal.Kind.UNAVAILABLE,
                "area %s is managed by nobody: none of %s has a control node"
                    .formatted(cell.area(), areas)));
  }

  CompletionStage<AreaView> change(AreaId area, AreaChange change, Terms terms) {
    return once(
        area,
        terms,
        "change " + change,
        () ->
            tell(area, replyTo -> new Area.Request.SetPolicy(change, terms.ifVersion(), replyTo)));
  }

  CompletionStage<AreaView> failOver(AreaId area, Optional<AreaId> to, String reason, Terms terms) {
    return once(
        area,
        terms,
        "failover " + to.map(AreaId::name).orElse("") + "\n" + reason,
        () ->
            drills
                .requireNone(area)
                .thenCompose(
                    _ -> tell(area, replyTo -> new Area.Request.FailOver(to, reason, replyTo))));
  }

  CompletionStage<AreaView> failBack(AreaId area, String reason, Terms terms) {
    return once(
        area,
        terms,
        "failback\n" + reason,
        () ->
            drills
                .requireNone(area)
                .thenCompose(
                    _ -> tell(area, replyTo -> new Area.Request.FailBack(reason, replyTo))));
  }

  /** Those that borrow are told one after the other; whoever is told twice has nothing to do. */
  CompletionStage<AreaView> recall(AreaId lender, String reason, Terms terms) {
    return once(
        lender,
        terms,
        "recall\n" + reason,
        () -> {
          CompletionStage<AreaView> done = view(lender);
          for (Management borrower : sight.managements()) {
            if (borrower.lent().containsValue(lender)) {
              done =
                  done.thenCompose(_ ->
                          tell(
                              borrower.area(),
                              replyTo -> new Area.Request.TakeBack(lender, reason, replyTo)))
                      .thenCompose(_ -> view(lender));
            }
          }
          return done;
        });
  }

  private CompletionStage<AreaView> once(
      AreaId area, Terms terms, String what, Supplier<CompletionStage<AreaView>> change) {
    return terms
        .idempotencyKey()
        .map(key -> OnceCalls.operation(area, key))
        .map(id ->
            look(area) // or a key would make an area of any name
                .thenCompose(_ ->
                    once.once(
                        id,
                        RequestDigest.of(what),
                        () -> change.get().<Outcome>thenApply(Outcome.OfArea::new)))
                .thenApply(outcome -> ((Outcome.OfArea) outcome).area()))
        .orElseGet(change);
  }

  private CompletionStage<AreaView> tell(
      AreaId area, Function<ActorRef<Reply>, Area.Command> command) {
    return Calls.change(ask(area, command), "change of area " + area)
        .thenCompose(AreaCalls::shown)
        .thenCompose(shown -> withArming(area, shown));
  }

  private static CompletionStage<Reply.Shown> shown(Reply reply) {
    return switch (reply) {
      case Reply.Shown r -> CompletableFuture.completedStage(r);
      case Reply.Refused r -> Calls.refused(r.refusal());
      case Reply.HostIs r -> throw new IllegalStateException("not asked: " + r);
    };
  }

  /** An area that nobody has heard of is not asked: the question would make an entity of it. */
  private CompletionStage<Reply> ask(AreaId area, Function<ActorRef<Reply>, Area.Command> command) {
    return sight.management(area).isPresent() || sight.isUsable(area)
        ? routes.ask(Area.TYPE_KEY, area.name(), command)
        : CompletableFuture.completedStage(
            new Reply.Refused(Refusal.of(Refusal.Kind.NOT_FOUND, "no area " + area)));
  }
}
