package io.drover.actor.placement;

import io.drover.actor.host.HostOffer;
import io.drover.actor.placement.Scheduler.Command.WantsHome;
import io.drover.actor.placement.Scheduler.HomeReply;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.WorkloadBurstSettings;
import io.drover.config.units.AreaId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.Spans;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which VMs of an area that run elsewhere may come home now. Nothing of it needs to be remembered:
 * they ask again and again. Not threadsafe.
 */
final class Homecoming {
  private final AreaId area;
  private final WorkloadBurstSettings settings;
  private final MoveSettings moves;
  private final Map<MigrationId, Instant> welcomed = new HashMap<>();
  private Optional<Instant> roomySince = Optional.empty();
  private Instant lookedAt = Instant.EPOCH;

  Homecoming(AreaId area, WorkloadBurstSettings settings, MoveSettings moves) {
    this.area = area;
    this.settings = settings;
    this.moves = moves;
  }

  HomeReply judge(WantsHome c, List<HostOffer> offers, Instant now) {
    look(offers, now);
    lookedAt = now;
    forgetOld(offers, now);
    Optional<String> objection = objection(c, offers, now);
    if (objection.isEmpty()) {
      welcomed.put(c.migration(), now);
    }
    return objection
        .<HomeReply>map(reason -> new HomeReply.NotYet(c.vm(), reason))
        .orElseGet(() -> new HomeReply.Welcome(c.vm(), c.migration()));
  }

  /** What nobody has asked about for long may have been otherwise meanwhile. */
  private void look(List<HostOffer> offers, Instant now) {
    boolean roomy = AreaRoom.freeWith(Resources.NONE, offers) >= settings.homeFree();
    boolean seen = lookedAt.plus(settings.homeHold()).isAfter(now);
    roomySince = roomy ? roomySince.filter(_ -> seen).or(() -> Optional.of(now)) : Optional.empty();
  }

  /** Those that did not come by now, and are not under way, never will. */
  private void forgetOld(List<HostOffer> offers, Instant now) {
    Instant due = now.minus(settings.checkInterval().multipliedBy(2));
    welcomed
        .entrySet()
        .removeIf(e ->
            e.getValue().isBefore(due)
                && offers.stream().noneMatch(o -> o.incoming().contains(e.getKey().text())));
  }

  private Optional<String> objection(WantsHome c, List<HostOffer> offers, Instant now) {
    double free = AreaRoom.freeWith(c.spec().resources(), offers);
    if (roomySince.isEmpty() || free < settings.homeFree()) {
      return Optional.of(
          "area %s has %s of its hosts free with it, %s are wanted"
              .formatted(
                  area,
                  AreaRoom.percent(Math.max(free, 0)),
                  AreaRoom.percent(settings.homeFree())));
    }
    if (roomySince.get().plus(settings.homeHold()).isAfter(now)) {
      return Optional.of(
          "area %s has had room since %s, %s are wanted"
              .formatted(area, roomySince.get(), Spans.text(settings.homeHold())));
    }
    if (welcomed.keySet().stream().filter(m -> !m.equals(c.migration())).count()
        >= settings.returnLimit()) {
      return Optional.of(
          "others come home to area %s now (limit return-limit %d)"
              .formatted(area, settings.returnLimit()));
    }
    PlacementRequest request =
        new PlacementRequest(c.spec(), Optional.of(c.from()), Optional.empty());
    return switch (NextHost.of(area, c.migration(), request, offers, Map.of(), moves)) {
      case NextHost.Ask _ -> Optional.empty();
      case NextHost.None none -> Optional.of(none.refusal().detail());
    };
  }
}
