package io.drover.node.images;

import io.drover.actor.Ids;
import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.settings.ImageSettings;
import io.drover.config.units.VmId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Images in the database, on a dispatcher for blocking work. */
public final class JdbcImageStore implements ImageStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcImageStore.class);
  private static final String DISPATCHER = "drover-read-side-dispatcher";
  private static final Duration COLLECTION_INTERVAL = Duration.ofMinutes(1);
  private static final String NAME = "[a-z0-9][a-z0-9._-]{0,63}";

  /** Class of SQL states: another transaction took the name, or deleted the image, first. */
  private static final String INTEGRITY_VIOLATION = "23";

  /** Of every agent: no other image may take their names. */
  private static final Set<String> BUNDLED = Set.of("pulse", "churn", "echo");

  private final DataSource pool;
  private final Executor blocking;
  private final ImageSettings settings;
  private final InstantSource clock;
  private final Ids ids;

  JdbcImageStore(
      DataSource pool, Executor blocking, ImageSettings settings, InstantSource clock, Ids ids) {
    this.pool = pool;
    this.blocking = blocking;
    this.settings = settings;
    this.clock = clock;
    this.ids = ids;
  }

  /** Opens the store, and collects abandoned uploads now and then. The same on every node. */
  public static JdbcImageStore start(
      ActorSystem<?> system, DataSource pool, ImageSettings settings) {
    JdbcImageStore store =
        new JdbcImageStore(
            pool,
            system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER)),
            settings,
            InstantSource.system(),
            Ids.random());
    var _ =
        system
            .scheduler()
            .scheduleWithFixedDelay(
                Duration.ZERO, COLLECTION_INTERVAL, store::collect, system.executionContext());
    return store;
  }

  private void collect() {
    query(tables -> tables.removeAbandoned(clock.instant().minus(settings.abandonedAfter())))
        .whenComplete((removed, failure) -> {
          if (failure != null) {
            LOG.atWarn().addKeyValue("reason", failure.getMessage()).log("uploads not collected");
          } else if (removed > 0) {
            LOG.atInfo().addKeyValue("uploads", removed).log("abandoned uploads collected");
          }
        });
  }

  @Override
  public CompletionStage<Upload> begin(NewImage image) {
    Optional<Refusal> refusal = refusal(image);
    if (refusal.isPresent()) {
      return CompletableFuture.failedStage(new RefusedException(refusal.get()));
    }
    String id = ids.next();
    return query(tables -> {
      requireSameName(tables, image);
      tables.addUpload(id, clock.instant());
      return new ImageUpload(this, id, image, settings);
    });
  }

  private Optional<Refusal> refusal(NewImage image) {
    if (!image.name().matches(NAME)) {
      return Optional.of(
          new Refusal(
              Refusal.Kind.INVALID,
              "name must be 1 to 64 lower-case letters, digits, dots, dashes or underscores, not \"%s\""
                  .formatted(image.name()),
              Map.of("field", "name"),
              List.of()));
    }
    if (BUNDLED.contains(image.name())) {
      return Optional.of(
          Refusal.of(
              Refusal.Kind.CONFLICT,
              "every agent brings an image \"%s\" of its own".formatted(image.name())));
    }
    return image.size().orElse(0) > settings.sizeLimit().bytes()
        ? Optional.of(tooLarge(image.size().getAsLong()))
        : Optional.empty();
  }

  Refusal tooLarge(long size) {
    return new Refusal(
        Refusal.Kind.TOO_LARGE,
        "an image may have %s (drover.images.size-limit), not %d bytes or more"
            .formatted(settings.sizeLimit(), size),
        Map.of("limit", Long.toString(settings.sizeLimit().bytes()), "value", Long.toString(size)),
        List.of());
  }

  private static void requireSameName(ImageTables tables, NewImage image) throws SQLException {
    Optional<StoredImage> earlier =
        image.idempotencyKey().isPresent()
            ? tables.imageUnder(image.idempotencyKey().get())
            : Optional.empty();
    if (earlier.filter(e -> !e.name().equals(image.name())).isPresent()) {
      throw mismatch();
    }
  }

  static RefusedException mismatch() {
    return new RefusedException(
        Refusal.of(
            Refusal.Kind.IDEMPOTENCY_MISMATCH,
            "this Idempotency-Key came with another image before"));
  }

  @Override
  public CompletionStage<List<StoredImage>> all() {
    return query(tables -> tables.images(""));
  }

  @Override
  public CompletionStage<Optional<StoredImage>> named(String name) {
    return query(tables -> tables.image(name));
  }

  @Override
  public CompletionStage<Optional<StoredImage>> withDigest(String sha256) {
    return query(tables -> tables.images("WHERE sha256 = ?", sha256).stream().findFirst());
  }

  @Override
  public CompletionStage<byte[]> piece(StoredImage image, int index) {
    return query(tables ->
        tables
            .piece(image.upload(), index)
            .orElseThrow(() ->
                new RefusedException(
                    Refusal.of(
                        Refusal.Kind.NOT_FOUND,
                        "image \"%s\" was deleted".formatted(image.name())))));
  }

  @Override
  public CompletionStage<Optional<ImagePin>> pin(String name, VmId vm) {
    if (BUNDLED.contains(name)) {
      return CompletableFuture.completedStage(Optional.empty()); // spares each create a query
    }
    return query(tables -> {
      Optional<StoredImage> image = tables.image(name);
      if (image.isPresent()) {
        tables.addUse(name, vm, clock.instant());
      }
      return image.map(StoredImage::pin);
    });
  }

  @Override
  public CompletionStage<Void> unpin(String name, VmId vm) {
    return change(tables -> tables.removeUse(name, vm));
  }

  @Override
  public CompletionStage<List<Use>> users(String name) {
    return query(tables -> tables.uses(name));
  }

  @Override
  public CompletionStage<Boolean> delete(
      String name, List<VmId> gone, Optional<String> idempotencyKey) {
    return query(tables -> {
      Optional<StoredImage> image = tables.image(name);
      for (VmId vm : gone) {
        tables.removeUse(name, vm);
      }
      if (image.isEmpty() || !tables.removeUnused(name)) {
        return false;
      }
      tables.removeUpload(image.get().upload());
      if (idempotencyKey.isPresent()) {
        tables.noteDeletion(idempotencyKey.get(), name);
      }
      return true;
    });
  }

  @Override
  public CompletionStage<Optional<String>> deletedUnder(String idempotencyKey) {
    return query(tables -> tables.deletedUnder(idempotencyKey));
  }

  /** Runs it in one transaction. */
  <T> CompletionStage<T> query(Query<T> work) {
    return CompletableFuture.supplyAsync(() -> inTransaction(work), blocking);
  }

  CompletionStage<Void> change(Change work) {
    return CompletableFuture.runAsync(
        () ->
            this.<Boolean>inTransaction(tables -> {
              work.run(tables);
              return true;
            }),
        blocking);
  }

  private <T> T inTransaction(Query<T> work) {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.run(new ImageTables(connection));
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException e) {
      if (String.valueOf(e.getSQLState()).startsWith(INTEGRITY_VIOLATION)) {
        throw new RefusedException(
            Refusal.of(
                Refusal.Kind.CONFLICT, "the image was changed at the same moment; ask again"));
      }
      throw new IllegalStateException("images cannot be read or written: " + e.getMessage(), e);
    }
  }

  InstantSource clock() {
    return clock;
  }

  /** Some statements that answer nothing. */
  @FunctionalInterface
  interface Change {
    void run(ImageTables tables) throws SQLException;
  }

  /** Some statements. */
  @FunctionalInterface
  interface Query<T> {
    T run(ImageTables tables) throws SQLException;
  }
}
