package io.drover.actor.vm;

import io.drover.actor.api.Refusal;
import io.drover.actor.vm.Profile.Grant;
import io.drover.actor.vm.Vm.Event;
import io.drover.actor.vm.Vm.FromMigration;
import io.drover.actor.vm.Vm.MigrationReply;
import io.drover.actor.vm.VmState.Absent;
import io.drover.actor.vm.VmState.Deleted;
import io.drover.actor.vm.VmState.Granted;
import io.drover.actor.vm.VmState.Known;
import io.drover.actor.vm.VmState.Locked;
import io.drover.actor.vm.VmState.Migrating;
import io.drover.actor.vm.VmState.Running;
import io.drover.actor.vm.VmState.Settling;
import io.drover.actor.vm.VmState.UnderMigration;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a VM answers its migrations. The VM is the arbiter between going forward and rolling back:
 * of SwitchOver and AbandonMigration the one that reaches the journal first wins, for ever. Pure.
 */
final class MigrationRules {
  /** What to persist, and what to answer once it is. */
  record Ruling(Optional<Event> event, MigrationReply reply) {
    private static Ruling answer(MigrationReply reply) {
      return new Ruling(Optional.empty(), reply);
    }

    private static Ruling persist(Event event, MigrationReply reply) {
      return new Ruling(Optional.of(event), reply);
    }
  }

  private MigrationRules() {}

  static Ruling rule(VmId vm, VmState state, FromMigration command, Instant now) {
    return switch (command) {
      case FromMigration.BeginMigration c -> begin(vm, state, c, now);
      case FromMigration.LockForMigration c -> lock(vm, state, c.migration(), now);
      case FromMigration.SwitchOver c -> switchOver(vm, state, c, now);
      case FromMigration.AbandonMigration c -> abandon(vm, state, c.migration(), now);
      case FromMigration.EndMigration c -> end(state, c, now);
    };
  }

  private static Ruling begin(VmId vm, VmState state, FromMigration.BeginMigration c, Instant now) {
    MigrationId m = c.migration();
    return switch (state) {
      case Settling s when s.migration().equals(m) -> already(m, s.grant());
      case Migrating s when s.migration().equals(m) && s.abandoned() ->
          conflict(m, vm + ": this migration was abandoned");
      case UnderMigration s when s.migration().equals(m) -> Ruling.answer(begun(m, s));
      case UnderMigration s ->
          Ruling.answer(
              new MigrationReply.Refused(
                  m,
                  new Refusal(
                      Refusal.Kind.MIGRATION_IN_PROGRESS,
                      "%s is being migrated by %s".formatted(vm, s.migration()),
                      Map.of("vm", vm.text(), "migration", s.migration().text()),
                      List.of())));
      case Known s when s.vm().isClosed(m) -> conflict(m, vm + ": this migration is over");
      case Running s when c.ifVersion().filter(v -> v != s.vm().version()).isPresent() ->
          Ruling.answer(
              new MigrationReply.Refused(
                  m, RequestRules.changed(s.vm(), c.ifVersion().orElseThrow())));
      case Running s -> Ruling.persist(new Event.MigrationBegun(m, now), begun(m, s));
      case Absent _, Deleted _ -> notFound(m, vm);
      case Known _ ->
          conflict(m, "%s is %s; only a running VM migrates".formatted(vm, name(state)));
    };
  }

  private static Ruling lock(VmId vm, VmState state, MigrationId m, Instant now) {
    return switch (state) {
      case Migrating s when s.migration().equals(m) && !s.abandoned() ->
          s.vm().pending().isPresent()
              ? conflict(m, "%s is to %s first".formatted(vm, s.vm().pending().get().work()))
              : Ruling.persist(new Event.Locked(m, now), new MigrationReply.Locked(m));
      case Locked s when s.migration().equals(m) -> Ruling.answer(new MigrationReply.Locked(m));
      case Settling s when s.migration().equals(m) -> already(m, s.grant());
      case Absent _, Known _ -> conflict(m, "%s is %s".formatted(vm, name(state)));
    };
  }

  private static Ruling switchOver(
      VmId vm, VmState state, FromMigration.SwitchOver c, Instant now) {
    MigrationId m = c.migration();
    return switch (state) {
      case Locked s when s.migration().equals(m) && !s.grant().host().equals(c.target()) -> {
        Epoch epoch = VmState.nextEpoch(s.vm());
        yield Ruling.persist(
            new Event.SwitchedOver(m, c.target(), epoch, now),
            new MigrationReply.SwitchedOver(m, c.target(), epoch));
      }
      case Known s when hasSwitchedOver(s, m) ->
          Ruling.answer(switchedOver(m, s.vm().grant().orElseThrow()));
      case Absent _, Known _ -> conflict(m, "%s is %s".formatted(vm, name(state)));
    };
  }

  private static Ruling abandon(VmId vm, VmState state, MigrationId m, Instant now) {
    return switch (state) {
      case Known s when hasSwitchedOver(s, m) -> already(m, s.vm().grant().orElseThrow());
      case Known s when s.vm().grant().isEmpty() -> notFound(m, vm);
      case Migrating s when s.migration().equals(m) && s.abandoned() ->
          Ruling.answer(abandoned(m, s.grant()));
      case Known s when s.vm().isClosed(m) ->
          Ruling.answer(abandoned(m, s.vm().grant().orElseThrow()));
      case Known s ->
          Ruling.persist(
              new Event.MigrationAbandoned(m, now), abandoned(m, s.vm().grant().orElseThrow()));
      case Absent _ -> notFound(m, vm);
    };
  }

  private static Ruling end(VmState state, FromMigration.EndMigration c, Instant now) {
    MigrationReply ended = new MigrationReply.Ended(c.migration());
    return state instanceof UnderMigration s && s.migration().equals(c.migration())
        ? Ruling.persist(new Event.MigrationEnded(c.migration(), c.outcome(), now), ended)
        : Ruling.answer(ended);
  }

  private static boolean hasSwitchedOver(Known s, MigrationId m) {
    return s.vm().switchedOver().filter(m::equals).isPresent();
  }

  private static MigrationReply begun(MigrationId m, Granted s) {
    return new MigrationReply.MigrationBegun(
        m, s.grant().host(), s.grant().runEpoch(), s.vm().spec());
  }

  private static MigrationReply switchedOver(MigrationId m, Grant grant) {
    return new MigrationReply.SwitchedOver(m, grant.host(), grant.runEpoch());
  }

  private static Ruling already(MigrationId m, Grant grant) {
    return Ruling.answer(new MigrationReply.AlreadySwitchedOver(m, grant.host(), grant.runEpoch()));
  }

  private static MigrationReply abandoned(MigrationId m, Grant grant) {
    return new MigrationReply.Abandoned(m, grant.host(), grant.runEpoch());
  }

  private static Ruling conflict(MigrationId m, String detail) {
    return Ruling.answer(new MigrationReply.Refused(m, Refusal.of(Refusal.Kind.CONFLICT, detail)));
  }

  private static Ruling notFound(MigrationId m, VmId vm) {
    return Ruling.answer(
        new MigrationReply.Refused(m, Refusal.of(Refusal.Kind.NOT_FOUND, "no VM " + vm)));
  }

  /** The state, for people. */
  static String name(VmState state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
