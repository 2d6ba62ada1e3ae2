package io.drover.actor.routing;

import io.drover.actor.Routes;
import io.drover.actor.api.ArmingView;
import io.drover.actor.api.ControlPlane.Disarming;
import io.drover.actor.arming.Arming;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.config.units.AreaId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Calls about whether an area's lost hosts are fenced. */
final class ArmingCalls {
  private final Routes routes;
  private final OnceCalls once;

  ArmingCalls(Routes routes, OnceCalls once) {
    this.routes = routes;
    this.once = once;
  }

  CompletionStage<ArmingView> look(AreaId area) {
    return Calls.read(ask(area, Arming.Command.Get::new), "arming of area " + area);
  }

  CompletionStage<ArmingView> arm(AreaId area, boolean force, Optional<String> key) {
    return change(
        area,
        key,
        RequestDigest.of("arm", area.name(), Boolean.toString(force)),
        replyTo -> new Arming.Command.Arm(force, replyTo));
  }

  CompletionStage<ArmingView> disarm(AreaId area, Disarming how, Optional<String> key) {
    return change(
        area,
        key,
        RequestDigest.of(
            "disarm", area.name(), how.span().toString(), how.mode().name(), how.reason()),
        replyTo -> new Arming.Command.Disarm(how.span(), how.mode(), how.reason(), replyTo));
  }

  private CompletionStage<ArmingView> change(
      AreaId area,
      Optional<String> key,
      String digest,
      Function<ActorRef<ArmingView>, Arming.Command> command) {
    Supplier<CompletionStage<ArmingView>> change =
        () -> Calls.change(ask(area, command), "arming of area " + area);
    return key.map(k ->
            once.once(
                    OnceCalls.operation(area, k),
                    digest,
                    () -> change.get().<Outcome>thenApply(Outcome.OfArming::new))
                .thenApply(outcome -> ((Outcome.OfArming) outcome).arming()))
        .orElseGet(change);
  }

  private CompletionStage<ArmingView> ask(
      AreaId area, Function<ActorRef<ArmingView>, Arming.Command> command) {
    return routes.ask(Arming.TYPE_KEY, area.name(), command);
  }
}
