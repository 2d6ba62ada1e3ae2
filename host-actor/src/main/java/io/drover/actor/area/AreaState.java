package io.drover.actor.area;

import io.drover.actor.CborSerializable;
import io.drover.actor.area.Area.Cause;
import io.drover.actor.area.Area.Event;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the journal says of an area.
 *
 * <pre>
 * Undefined ─AreaDefined─▶ Home ─FailedOver─▶ Away ─FailedBack─▶ Home
 *                          Home ─CellsLent / CellsReturned─▶ Home
 * </pre>
 */
sealed interface AreaState extends CborSerializable {
  /** No node has defined it. */
  record Undefined() implements AreaState {}

  /**
   * Its own control nodes run it, but for the cells that are lent.
   *
   * @param lent index of each lent cell, and to whom
   */
  record Home(Facts facts, Map<Integer, AreaId> lent, Standing standing) implements Defined {
    public Home {
      lent = Map.copyOf(lent);
    }

    @Override
    public Home with(Facts next) {
      return new Home(next, lent, standing);
    }

    @Override
    public AreaId keeper() {
      return facts.area();
    }
  }

  /** Another area's control nodes run it; none of its cells are lent. */
  record Away(Facts facts, AreaId keeper, Standing standing) implements Defined {
    @Override
    public Away with(Facts next) {
      return new Away(next, keeper, standing);
    }

    @Override
    public Map<Integer, AreaId> lent() {
      return Map.of();
    }
  }

  /** An area that is known. */
  sealed interface Defined extends AreaState {
    Facts facts();

    /** The area whose nodes run what is not lent. */
    AreaId keeper();

    Map<Integer, AreaId> lent();

    Standing standing();

    AreaState with(Facts next);

    default Management management() {
      return new Management(
          facts().area(),
          facts().areaEpoch(),
          facts().version(),
          facts().endpointsVersion(),
          facts().cells(),
          facts().hostsByCell(),
          facts().policy(),
          keeper(),
          lent(),
          facts().gateways());
    }
  }

  /** Why it is managed as it is, and since when. */
  record Standing(Cause cause, String reason, Instant since) implements CborSerializable {}

  /**
   * What is known of it.
   *
   * @param version counts events
   * @param endpointsVersion of the last event that changed where agents find their control plane
   * @param gateways of its own and its backups' control nodes, as last seen
   */
  record Facts(
      AreaId area,
      int cells,
      long version,
      long endpointsVersion,
      Set<HostId> hosts,
      AreaPolicy policy,
      Epoch areaEpoch,
      Map<AreaId, List<String>> gateways)
      implements CborSerializable {
    public Facts {
      hosts = Set.copyOf(hosts);
      policy = Objects.requireNonNullElse(policy, AreaPolicy.DEFAULT);
      areaEpoch = Objects.requireNonNullElse(areaEpoch, Epoch.NONE);
      gateways = gateways == null ? Map.of() : Map.copyOf(gateways);
    }

    /** How many hosts each cell has; cells without are not there. */
    Map<Integer, Integer> hostsByCell() {
      Map<Integer, Integer> counts = new HashMap<>();
      hosts.forEach(host -> counts.merge(host.cell().index(), 1, Integer::sum));
      return counts;
    }

    HostId idOf(String name) {
      return new HostId(CellId.ofName(area, name, cells), name);
    }

    private Facts with(Epoch next) {
      return new Facts(area, cells, version, endpointsVersion, hosts, policy, next, gateways);
    }

    private Facts with(AreaPolicy next) {
      return new Facts(area, cells, version, endpointsVersion, hosts, next, areaEpoch, gateways);
    }

    private Facts with(Map<AreaId, List<String>> next) {
      return new Facts(area, cells, version, endpointsVersion, hosts, policy, areaEpoch, next);
    }

    private Facts plus(HostId host) {
      Set<HostId> all = new HashSet<>(hosts);
      all.add(host);
      return new Facts(area, cells, version, endpointsVersion, all, policy, areaEpoch, gateways);
    }

    /** Hosts find their control plane where they did before another one joined. */
    private Facts counted(Event event) {
      return new Facts(
          area,
          cells,
          version + 1,
          event instanceof Event.HostJoined ? endpointsVersion : version + 1,
          hosts,
          policy,
          areaEpoch,
          gateways);
    }
  }

  /** Input to a transition: lets a switch match the pair. */
  record On<T>(AreaState state, T input) {}

  static AreaState evolve(AreaState state, Event event) {
    AreaState next = transition(state, event);
    return next instanceof Defined d ? d.with(d.facts().counted(event)) : next;
  }

  private static AreaState transition(AreaState state, Event event) {
    return switch (new On<>(state, event)) {
      case On(Undefined _, Event.AreaDefined e) -> defined(e);
      case On(Defined s, Event.HostJoined e) -> s.with(s.facts().plus(e.host()));
      case On(Defined s, Event.PolicySet e) -> s.with(s.facts().with(e.policy()));
      case On(Defined s, Event.GatewaysChanged e) -> s.with(s.facts().with(e.gateways()));
      case On(Defined s, Event.FailedOver e) ->
          new Away(
              s.facts().with(e.areaEpoch()), e.to(), new Standing(e.cause(), e.reason(), e.at()));
      case On(Away s, Event.FailedBack e) ->
          new Home(
              s.facts().with(e.areaEpoch()), Map.of(), new Standing(e.cause(), e.reason(), e.at()));
      case On(Home s, Event.CellsLent e) ->
          new Home(
              s.facts().with(e.areaEpoch()),
              plus(s.lent(), e.cells(), e.to()),
              new Standing(e.cause(), e.reason(), e.at()));
      case On(Home s, Event.CellsReturned e) ->
          new Home(
              s.facts().with(e.areaEpoch()),
              minus(s.lent(), e.cells()),
              new Standing(e.cause(), e.reason(), e.at()));
      case On(Undefined _, _), On(Home _, _), On(Away _, _) ->
          throw new IllegalStateException("corrupt journal: " + event + " cannot follow " + state);
    };
  }

  private static Home defined(Event.AreaDefined e) {
    Facts facts =
        new Facts(e.area(), e.cells(), 0, 0, Set.of(), AreaPolicy.DEFAULT, Epoch.NONE, Map.of());
    return new Home(facts, Map.of(), new Standing(Cause.DEFINED, "defined", e.at()));
  }

  private static Map<Integer, AreaId> plus(
      Map<Integer, AreaId> lent, Set<Integer> cells, AreaId to) {
    Map<Integer, AreaId> all = new HashMap<>(lent);
    cells.forEach(cell -> all.put(cell, to));
    return all;
  }

  private static Map<Integer, AreaId> minus(Map<Integer, AreaId> lent, Set<Integer> cells) {
    Map<Integer, AreaId> rest = new HashMap<>(lent);
    cells.forEach(rest::remove);
    return rest;
  }
}
