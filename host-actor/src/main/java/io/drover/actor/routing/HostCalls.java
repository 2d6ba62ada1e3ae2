package io.drover.actor.routing;

import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.HostView;
import io.drover.actor.host.Host;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.config.units.HostId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Calls about hosts. */
final class HostCalls {
  private final Routes routes;
  private final OnceCalls once;

  HostCalls(Routes routes, OnceCalls once) {
    this.routes = routes;
    this.once = once;
  }

  CompletionStage<HostView> look(HostId host) {
    return Calls.read(askHost(host, Host.Command.Get::new), "host " + host)
        .thenCompose(HostCalls::shown);
  }

  /**
   * Changes it; repeatable under its key.
   *
   * @param what for people, and part of what a key stands for
   */
  CompletionStage<HostView> change(
      HostId host,
      String what,
      Function<ActorRef<Host.Reply>, Host.Command.Change> command,
      Terms terms) {
    Supplier<CompletionStage<HostView>> change =
        () ->
            Calls.change(
                    askHost(host, replyTo -> ifUnchanged(command.apply(replyTo), terms)),
                    what + " " + host)
                .thenCompose(HostCalls::shown);
    return terms
        .idempotencyKey()
        .map(key -> OnceCalls.operation(host.cell(), host, key))
        .map(id ->
            once.once(
                    id,
                    RequestDigest.of(what, host.text()),
                    () -> change.get().<Outcome>thenApply(Outcome.OfHost::new))
                .thenApply(outcome -> ((Outcome.OfHost) outcome).host()))
        .orElseGet(change);
  }

  private static Host.Command ifUnchanged(Host.Command.Change change, Terms terms) {
    return terms.ifVersion().isPresent()
        ? new Host.Command.IfUnchanged(terms.ifVersion().getAsLong(), change)
        : change;
  }

  private static CompletionStage<HostView> shown(Host.Reply reply) {
    return switch (reply) {
      case Host.Reply.Shown r -> CompletableFuture.completedStage(r.host());
      case Host.Reply.Refused r -> Calls.refused(r.refusal());
    };
  }

  private CompletionStage<Host.Reply> askHost(
      HostId host, Function<ActorRef<Host.Reply>, Host.Command> command) {
    return routes.ask(Host.TYPE_KEY, host.text(), command);
  }
}
