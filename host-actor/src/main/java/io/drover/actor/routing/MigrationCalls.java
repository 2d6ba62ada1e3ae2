package io.drover.actor.routing;

import io.drover.actor.Ids;
import io.drover.actor.Routes;
import io.drover.actor.api.ControlPlane.MigrateRequest;
import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.VmView;
import io.drover.actor.migration.Migration;
import io.drover.actor.operation.KeyedRequest.Outcome;
import io.drover.actor.placement.Scheduler;
import io.drover.actor.placement.Scheduler.Placement;
import io.drover.config.units.AreaId;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** Calls about migrations: what can be known beforehand is checked before anything is stored. */
final class MigrationCalls {
  private final Routes routes;
  private final Ids ids;
  private final OnceCalls once;

  MigrationCalls(Routes routes, Ids ids, OnceCalls once) {
    this.routes = routes;
    this.ids = ids;
    this.once = once;
  }

  CompletionStage<MigrationView> look(MigrationId migration) {
    return Calls.read(ask(migration, Migration.Request.Get::new), migration.text())
        .thenCompose(MigrationCalls::shown);
  }

  CompletionStage<MigrationView> cancel(MigrationId migration, Terms terms) {
    Supplier<CompletionStage<MigrationView>> cancel =
        () ->
            Calls.change(
                    ask(
                        migration,
                        replyTo -> new Migration.Request.Cancel(version(terms), replyTo)),
                    "cancel " + migration)
                .thenCompose(MigrationCalls::shown);
    return terms
        .idempotencyKey()
        .map(key -> OnceCalls.operation(migration.cell(), migration, key))
        .map(id ->
            once.once(
                    id,
                    RequestDigest.of("cancel", migration.text()),
                    () -> cancel.get().<Outcome>thenApply(Outcome.OfMigration::new))
                .thenApply(outcome -> ((Outcome.OfMigration) outcome).migration()))
        .orElseGet(cancel);
  }

  CompletionStage<MigrationView> start(VmId vm, MigrateRequest request, Terms terms) {
    if (terms.idempotencyKey().isEmpty()) {
      return checked(vm, request, terms, new MigrationId(vm.cell(), ids.next()));
    }
    String tail = Ids.derived(String.join("\n", "mig", vm.text(), terms.idempotencyKey().get()));
    MigrationId id = new MigrationId(vm.cell(), tail);
    return look(id)
        .thenCompose(known -> send(vm, known.source(), request, terms, id)) // a retry: no checks
        .exceptionallyCompose(failure ->
            Calls.isNotFound(failure)
                ? checked(vm, request, terms, id)
                : CompletableFuture.failedStage(failure));
  }

  private CompletionStage<MigrationView> checked(
      VmId vm, MigrateRequest request, Terms terms, MigrationId id) {
    return VmAnswers.look(routes, vm)
        .thenCompose(view -> mustBeUnchanged(view, terms))
        .thenCompose(view -> mustRun(view))
        .thenCompose(view -> mustFit(view, request))
        .thenCompose(source -> send(vm, source, request, terms, id));
  }

  /** A look ahead, so that most callers hear it at once; the VM itself has the last word. */
  private static CompletionStage<VmView> mustBeUnchanged(VmView vm, Terms terms) {
    return version(terms).filter(expected -> expected != vm.version()).isPresent()
        ? Calls.refused(
            Refusal.versionMismatch(vm.id().text(), vm.version(), terms.ifVersion().getAsLong()))
        : CompletableFuture.completedStage(vm);
  }

  private static Optional<Long> version(Terms terms) {
    return terms.ifVersion().isPresent()
        ? Optional.of(terms.ifVersion().getAsLong())
        : Optional.empty();
  }

  private static CompletionStage<VmView> mustRun(VmView vm) {
    return switch (vm.phase()) {
      case RUNNING -> CompletableFuture.completedStage(vm);
      case MIGRATING ->
          Calls.refused(
              new Refusal(
                  Refusal.Kind.MIGRATION_IN_PROGRESS,
                  "%s is being migrated by %s"
                      .formatted(vm.id(), vm.migration().map(MigrationId::text).orElse("")),
                  vm.migration()
                      .map(m -> Map.of("migration", m.text(), "vm", vm.id().text()))
                      .orElse(Map.of("vm", vm.id().text())),
                  List.of()));
      case STARTING, PAUSED, UNREACHABLE, STOPPING, STOPPED, DELETED, FAILED, NEEDS_OPERATOR ->
          Calls.refused(
              Refusal.Kind.CONFLICT,
              "%s is %s; only a running VM migrates"
                  .formatted(vm.id(), VmAnswers.word(vm.phase())));
    };
  }

  private CompletionStage<HostId> mustFit(VmView vm, MigrateRequest request) {
    HostId source = vm.host().orElseThrow(); // it runs
    AreaId area = request.target().map(HostId::area).or(request::area).orElse(source.area());
    if (request.area().filter(a -> !a.equals(area)).isPresent()) {
      return Calls.refused(
          Refusal.Kind.INVALID,
          "target %s is not in area %s".formatted(request.target().get(), request.area().get()));
    }
    CompletionStage<Placement> answer =
        routes.ask(
            Scheduler.TYPE_KEY,
            area.name(),
            replyTo ->
                new Scheduler.Command.Explain(
                    vm.spec(), Optional.of(source), request.target(), replyTo));
    return Calls.read(answer, "placement in area " + area)
        .thenCompose(placement ->
            switch (placement) {
              case Placement.Placed _ -> CompletableFuture.completedStage(source);
              case Placement.Refused p -> Calls.refused(p.refusal());
            });
  }

  private CompletionStage<MigrationView> send(
      VmId vm, HostId source, MigrateRequest request, Terms terms, MigrationId id) {
    return Calls.change(
            ask(
                id,
                replyTo ->
                    new Migration.Request.Start(
                        vm,
                        source,
                        request,
                        version(terms),
                        RequestDigest.of(vm, request),
                        replyTo)),
            "migration " + id)
        .thenCompose(MigrationCalls::shown);
  }

  private static CompletionStage<MigrationView> shown(Migration.Reply reply) {
    return switch (reply) {
      case Migration.Reply.Shown r -> CompletableFuture.completedStage(r.migration());
      case Migration.Reply.Refused r -> Calls.refused(r.refusal());
    };
  }

  private CompletionStage<Migration.Reply> ask(
      MigrationId migration, Function<ActorRef<Migration.Reply>, Migration.Command> command) {
    return routes.ask(Migration.TYPE_KEY, migration.text(), command);
  }
}
