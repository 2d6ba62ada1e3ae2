package io.drover.node.wiring;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.AreaViews;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Headroom;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeReport.Sessions;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures of every area as this node has heard them on the board. The tag is {@code of}: {@code
 * area} is this node's own. Read at each scrape; one thread at a time.
 */
final class AreaGauges {
  private enum Figure {
    HOSTS,
    HOSTS_CONNECTED,
    HOSTS_TO_SWITCH,
    HOST_ROOM,
    VM_ROOM,
    EPOCH,
    CELLS,
    ALARMS
  }

  private final Map<Figure, MultiGauge> gauges = new EnumMap<>(Figure.class);
  private final Map<Figure, List<MultiGauge.Row<?>>> rows = new EnumMap<>(Figure.class);

  AreaGauges(MeterRegistry registry) {
    for (Figure figure : Figure.values()) {
      String name = "drover.area." + figure.name().toLowerCase(Locale.ROOT).replace('_', '.');
      gauges.put(figure, MultiGauge.builder(name).register(registry));
    }
  }

  void read(FleetSight sight) {
    rows.clear();
    sight.managements().forEach(area -> read(area, sight));
    gauges.forEach((figure, gauge) -> gauge.register(rows.getOrDefault(figure, List.of()), true));
  }

  private void read(Management area, FleetSight sight) {
    Tags of = Tags.of("of", area.area().name());
    Sessions sessions =
        sight.nodes().stream()
            .map(node -> node.sessions().getOrDefault(area.area(), Sessions.NONE))
            .reduce(Sessions.NONE, Sessions::plus);
    Headroom room = sight.headroom(area.area());
    put(Figure.HOSTS, of, area.hosts());
    put(Figure.HOSTS_CONNECTED, of, sessions.open());
    put(Figure.HOSTS_TO_SWITCH, of, Math.max(area.hosts() - sessions.settled(), 0));
    put(Figure.HOST_ROOM, of, room.hosts());
    put(Figure.VM_ROOM, of, room.vms());
    put(Figure.EPOCH, of, (double) area.areaEpoch().value());
    cells(area).forEach((by, count) -> put(Figure.CELLS, of.and("managed_by", by.name()), count));
    for (Alarm alarm : AreaViews.alarms(area, sight)) {
      put(Figure.ALARMS, of.and("kind", alarm.kind()), 1);
    }
  }

  private static Map<AreaId, Integer> cells(Management area) {
    Map<AreaId, Integer> counts = new HashMap<>();
    for (int i = 0; i < area.cells(); i++) {
      counts.merge(area.managerOf(new CellId(area.area(), i)), 1, Integer::sum);
    }
    return counts;
  }

  private void put(Figure figure, Tags tags, double value) {
    rows.computeIfAbsent(figure, _ -> new ArrayList<>()).add(MultiGauge.Row.of(tags, value));
  }
}
