package io.drover.node.board;

import io.drover.actor.area.FleetSight;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeReport;
import io.drover.config.units.AreaId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The newest that this node has heard of each node and each area. What is known of an area stays:
 * it is needed most when nobody is left to say it.
 */
public final class Board implements FleetSight {
  private final Supplier<Set<String>> members;
  private final long staleAfterNs;
  private final LongSupplier nanoTime;
  private final Map<String, Heard> reports = new ConcurrentHashMap<>();
  private final Map<AreaId, Management> managements = new ConcurrentHashMap<>();
  private volatile Consumer<BoardNews> publisher = _ -> {};

  private record Heard(NodeReport report, long atNs) {}

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
  public Optional<Management> management(AreaId area) {
    return Optional.ofNullable(managements.get(area));
  }

  @Override
  public List<Management> managements() {
    return List.copyOf(managements.values());
  }

  @Override
  public void publish(Management management) {
    BoardNews news = new BoardNews.OfArea(management);
    heard(news);
    publisher.accept(news);
  }
}
