package io.drover.node.readside;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.AreaView;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.FleetEvent;
import io.drover.actor.api.FleetViews;
import io.drover.actor.api.HostView;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.ImageView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.actor.api.VmView;
import io.drover.config.units.AreaId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Lists from the tables of {@link FleetProjection}, on a dispatcher for blocking work. */
public final class JdbcFleetViews implements FleetViews {
  /** Nothing is known of these but what the journal has. */
  private static final Set<VmView.Phase> AT_REST =
      EnumSet.of(
          VmView.Phase.STOPPED,
          VmView.Phase.FAILED,
          VmView.Phase.NEEDS_OPERATOR,
          VmView.Phase.DELETED);

  private static final Set<VmView.Phase> NOT_JOURNALED =
      EnumSet.of(VmView.Phase.PAUSED, VmView.Phase.UNREACHABLE);

  private final DataSource pool;
  private final StoredBytes bytes;
  private final Executor blocking;
  private final ControlPlane controlPlane;
  private final ImageStore images;
  private final Supplier<Set<AreaId>> areasOfNodes;

  /**
   * Reads from a pool.
   *
   * @param areasOfNodes areas that have a control node now
   */
  JdbcFleetViews(
      DataSource pool,
      StoredBytes bytes,
      Executor blocking,
      ControlPlane controlPlane,
      ImageStore images,
      Supplier<Set<AreaId>> areasOfNodes) {
    this.pool = pool;
    this.bytes = bytes;
    this.blocking = blocking;
    this.controlPlane = controlPlane;
    this.images = images;
    this.areasOfNodes = areasOfNodes;
  }

  @Override
  public CompletionStage<Page<AreaView>> areas(PageRequest page) {
    return query(this::knownAreas)
        .thenCompose(areas -> {
          List<AreaId> ids =
              areas.stream()
                  .filter(area -> isAfter(page, area.name()))
                  .limit(page.limit() + 1L)
                  .toList();
          List<CompletableFuture<Optional<AreaView>>> views = ids.stream().map(this::area).toList();
          return CompletableFuture.allOf(views.toArray(CompletableFuture[]::new))
              .thenApply(_ ->
                  page(
                      views.stream()
                          .map(CompletableFuture::join)
                          .flatMap(Optional::stream)
                          .toList(),
                      page,
                      view -> view.id().name()));
        });
  }

  /** Empty while its first node joins: it is not defined yet. */
  private CompletableFuture<Optional<AreaView>> area(AreaId id) {
    return controlPlane
        .area(id)
        .<Optional<AreaView>>thenApply(Optional::of)
        .exceptionallyCompose(failure ->
            isNotFound(failure)
                ? CompletableFuture.completedStage(Optional.empty())
                : CompletableFuture.failedStage(failure))
        .toCompletableFuture();
  }

  private static boolean isNotFound(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RefusedException e && e.refusal().kind() == Refusal.Kind.NOT_FOUND;
  }

  @Override
  public CompletionStage<Page<HostView>> hosts(Optional<AreaId> area, PageRequest page) {
    Select select = new Select("host_view", page).where("area = ?", area.map(AreaId::name));
    return list(select, page, HostView.class, view -> view.id().text())
        .thenCompose(hosts -> AsOfNow.page(hosts, host -> controlPlane.host(host.id())));
  }

  @Override
  public CompletionStage<Page<VmView>> vms(VmFilter filter, PageRequest page) {
    Select select =
        new Select("vm_view", page)
            .where("area = ?", filter.area().map(AreaId::name))
            .where("host = ?", filter.host())
            .where("phase = ?", filter.phase().map(JdbcFleetViews::journaled));
    if (filter.phase().isEmpty()) {
      select.where("phase <> ?", Optional.of(VmView.Phase.DELETED.name()));
    }
    return list(select, page, VmView.class, view -> view.id().text())
        .thenCompose(vms ->
            AsOfNow.page(
                vms,
                vm ->
                    AT_REST.contains(vm.phase())
                        ? CompletableFuture.completedStage(vm)
                        : controlPlane.vm(vm.id())))
        .thenApply(vms -> filter.phase().map(phase -> only(phase, vms)).orElse(vms));
  }

  @Override
  public CompletionStage<Page<MigrationView>> migrations(
      Optional<String> vm, boolean activeOnly, PageRequest page) {
    Select select =
        new Select("migration_view", page)
            .where("vm = ?", vm)
            .where("active = ?", activeOnly ? Optional.of(true) : Optional.empty());
    return list(select, page, MigrationView.class, view -> view.id().text());
  }

  @Override
  public CompletionStage<Page<OperationView>> operations(PageRequest page) {
    return list(new Select("operation_view", page), page, OperationView.class, OperationView::id);
  }

  @Override
  public CompletionStage<Page<ImageView>> images(PageRequest page) {
    return allImages()
        .thenApply(images ->
            page(
                images.stream().filter(image -> isAfter(page, image.name())).toList(),
                page,
                ImageView::name));
  }

  @Override
  public CompletionStage<Optional<ImageView>> image(String name) {
    return allImages()
        .thenApply(
            images -> images.stream().filter(image -> image.name().equals(name)).findFirst());
  }

  private CompletionStage<List<ImageView>> allImages() {
    return query(connection -> views(connection, "host_view", HostView.class))
        .thenCombine(images.all(), ImageList::of);
  }

  @Override
  public CompletionStage<Long> lastEventSequence() {
    return query(connection -> {
      try (PreparedStatement statement =
              connection.prepareStatement("SELECT MAX(sequence) FROM fleet_event");
          ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 0;
      }
    });
  }

  @Override
  public CompletionStage<List<FleetEvent>> eventsAfter(long after, int limit) {
    return query(connection -> {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "SELECT sequence, type, subject, happened_at, facts FROM fleet_event WHERE sequence > ? ORDER BY sequence LIMIT ?")) {
        statement.setLong(1, after);
        statement.setInt(2, limit);
        return events(statement);
      }
    });
  }

  private static List<FleetEvent> events(PreparedStatement statement) throws SQLException {
    List<FleetEvent> events = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        events.add(
            new FleetEvent(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                Instant.EPOCH.plus(rows.getLong(4), ChronoUnit.MICROS),
                rows.getString(5)));
      }
    }
    return events;
  }

  /** What a host saw last is not in the journal: such a VM runs, as far as that knows. */
  private static String journaled(String phase) {
    return NOT_JOURNALED.contains(VmView.Phase.valueOf(phase))
        ? VmView.Phase.RUNNING.name()
        : phase;
  }

  /** Those that left the phase meanwhile are left out; the page may be shorter than asked. */
  private static Page<VmView> only(String phase, Page<VmView> page) {
    return new Page<>(
        page.items().stream().filter(vm -> vm.phase().name().equals(phase)).toList(), page.next());
  }

  private Set<AreaId> knownAreas(Connection connection) throws SQLException {
    Set<AreaId> areas = new TreeSet<>(Comparator.comparing(AreaId::name));
    areas.addAll(areasOfNodes.get());
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT DISTINCT area FROM host_view");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        areas.add(new AreaId(rows.getString(1)));
      }
    }
    return areas;
  }

  private <V extends CborSerializable> List<V> views(
      Connection connection, String table, Class<V> type) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT view FROM " + table + " ORDER BY id")) {
      return read(statement, type);
    }
  }

  private <V extends CborSerializable> CompletionStage<Page<V>> list(
      Select select, PageRequest page, Class<V> type, Function<V, String> idOf) {
    return query(connection -> {
      try (PreparedStatement statement = select.prepare(connection)) {
        return page(read(statement, type), page, idOf);
      }
    });
  }

  private <V extends CborSerializable> List<V> read(PreparedStatement statement, Class<V> type)
      throws SQLException {
    List<V> views = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        views.add(bytes.read(rows.getBytes(1), type));
      }
    }
    return views;
  }

  private static boolean isAfter(PageRequest page, String id) {
    return page.cursor().isEmpty() || id.compareTo(page.cursor().get()) > 0;
  }

  /** One more than asked for was read, to know whether there is a next page. */
  private static <V> Page<V> page(List<V> oneMore, PageRequest request, Function<V, String> idOf) {
    if (oneMore.size() <= request.limit()) {
      return new Page<>(oneMore, Optional.empty());
    }
    List<V> items = oneMore.subList(0, request.limit());
    return new Page<>(items, Optional.of(idOf.apply(items.getLast())));
  }

  private <T> CompletionStage<T> query(Query<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Connection connection = pool.getConnection()) {
            return work.run(connection);
          } catch (SQLException e) {
            throw new IllegalStateException("the read side cannot answer: " + e.getMessage(), e);
          }
        },
        blocking);
  }

  private interface Query<T> {
    T run(Connection connection) throws SQLException;
  }
}
