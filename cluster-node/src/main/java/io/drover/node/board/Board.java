package io.drover.node.board;

import io.drover.actor.api.AreaView.Alarm;
import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeReport;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.actor.placement.WitnessBoard;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The newest that this node has heard of each node and each area. What is known of an area stays:
 * it is needed most when nobody is left to say it. Only who could vouch for hosts is forgotten when
 * it is not repeated: a wrong entry costs a host one witness for a while.
 */
public final class Board implements FleetSight, WitnessBoard {
  /** Three times what those who look after an area repeat themselves after. */
  private static final Duration FORGOTTEN_AFTER = FleetSight.ALARM_INTERVAL.multipliedBy(3);

  /** Control nodes, and hosts of other areas, for one host to choose from. */
  private static final int SHOWN_LIMIT = 32;

  /** Hosts of one other area. */
  private static final int SHOWN_OF_AREA_LIMIT = SHOWN_LIMIT / 2;

  private final Supplier<Set<String>> members;
  private final long staleAfterNs;
  private final LongSupplier nanoTime;
  private final Map<String, Heard> reports = new ConcurrentHashMap<>();
  private final Map<AreaId, Management> managements = new ConcurrentHashMap<>();
  private final Map<AreaId, Posted> witnesses = new ConcurrentHashMap<>();
  private final Map<Alarmer, Raised> alarms = new ConcurrentHashMap<>();
  private volatile Consumer<BoardNews> publisher = _ -> {};

  private record Heard(NodeReport report, long atNs) {}

  private record Alarmer(AreaId area, String name) {}

  private record Raised(List<Alarm> alarms, long atNs) {}

  private record Posted(List<WitnessCandidate> hosts, long atNs) {}

  /**
   * An empty board.
   *
   * @param members names of the nodes that are up, now
   * @param staleAfter when a node that says nothing counts as full
   */
  public Board(Supplier<Set<String>> members, Duration staleAfter, LongSupplier nanoTime) {
    this.members = members;
    this.staleAfterNs = staleAfter.toNanos();
    this.nanoTime = nanoTime;
  }

  /** From now on what is published here goes there, too. */
  void publishTo(Consumer<BoardNews> all) {
    publisher = all;
  }

  void heard(BoardNews news) {
    switch (news) {
      case BoardNews.OfNode n ->
          reports.put(n.report().node(), new Heard(n.report(), nanoTime.getAsLong()));
      case BoardNews.OfArea n ->
          managements.merge(
              n.management().area(),
              n.management(),
              (known, told) -> told.isNewerThan(known) ? told : known);
      case BoardNews.OfAlarms n ->
          alarms.put(new Alarmer(n.area(), n.by()), new Raised(n.alarms(), nanoTime.getAsLong()));
      case BoardNews.OfWitnesses n ->
          witnesses.put(n.area(), new Posted(n.hosts(), nanoTime.getAsLong()));
    }
  }

  @Override
  public List<NodeReport> nodes() {
    Set<String> up = members.get();
    reports.keySet().retainAll(up);
    long now = nanoTime.getAsLong();
    return reports.values().stream()
        .map(heard -> now - heard.atNs() > staleAfterNs ? heard.report().stale() : heard.report())
        .toList();
  }

  @Override
  public Duration sinceReport(AreaId area) {
    long now = nanoTime.getAsLong();
    return reports.values().stream()
        .filter(heard -> heard.report().area().equals(area))
        .mapToLong(heard -> now - heard.atNs())
        .filter(ageNs -> ageNs <= staleAfterNs)
        .mapToObj(Duration::ofNanos)
        .min(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  @Override
  public Optional<Management> management(AreaId area) {
    return Optional.ofNullable(managements.get(area));
  }

  @Override
  public List<Management> managements() {
    return List.copyOf(managements.values());
  }

  @Override
  public void publish(Management management) {
    tell(new BoardNews.OfArea(management));
  }

  @Override
  public List<Alarm> raised(AreaId area) {
    long now = nanoTime.getAsLong();
    return alarms.entrySet().stream()
        .filter(e -> e.getKey().area().equals(area))
        .filter(e -> now - e.getValue().atNs() <= FORGOTTEN_AFTER.toNanos())
        .sorted(Comparator.comparing(e -> e.getKey().name()))
        .flatMap(e -> e.getValue().alarms().stream())
        .toList();
  }

  @Override
  public void raise(AreaId area, String by, List<Alarm> all) {
    tell(new BoardNews.OfAlarms(area, by, all));
  }

  @Override
  public void post(AreaId area, List<WitnessCandidate> hosts) {
    tell(new BoardNews.OfWitnesses(area, hosts));
  }

  @Override
  public List<WitnessCandidate> besides(AreaId area) {
    List<WitnessCandidate> all = new ArrayList<>();
    nodes().stream()
        .filter(NodeReport::fresh)
        .map(Board::asWitness)
        .limit(SHOWN_LIMIT)
        .forEach(all::add);
    witnesses.keySet().stream()
        .filter(other -> !other.equals(area))
        .flatMap(this::witnessesOf)
        .limit(SHOWN_LIMIT)
        .forEach(all::add);
    return all;
  }

  /** A control node vouches on its gateway. */
  private static WitnessCandidate asWitness(NodeReport node) {
    return new WitnessCandidate(
        new Witness(node.node(), node.gateway()), node.area().name(), "", true);
  }

  private Stream<WitnessCandidate> witnessesOf(AreaId area) {
    long now = nanoTime.getAsLong();
    return Optional.ofNullable(witnesses.get(area)).stream()
        .filter(posted -> now - posted.atNs() <= FORGOTTEN_AFTER.toNanos())
        .flatMap(posted -> posted.hosts().stream())
        .limit(SHOWN_OF_AREA_LIMIT);
  }

  private void tell(BoardNews news) {
    heard(news);
    publisher.accept(news);
  }
}
