package io.drover.node.membership;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.javadsl.Lease;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease on the journal's database. Pekko makes one by {@code lease-class}, and asks for it when
 * nodes lose sight of each other: the side that gets it goes on, the other one ends.
 *
 * <pre>Free ─acquire─▶ Held ─heartbeat, every interval─▶ Held
 * Held ─release─▶ Free
 * Held ─another owner found, or not extended for a whole term─▶ Lost (told once) ─▶ Free</pre>
 *
 * The holder counts its term from before it asked, on its own monotonic clock; the database counts
 * it from when it wrote. So the holder gives up first. Safe on any thread; never blocks: all
 * waiting is done on a thread of its own.
 */
public final class DatabaseLease extends Lease {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseLease.class);

  /** Between two tries to reach a database that does not answer; ended by the operation timeout. */
  private static final Duration RETRY = Duration.ofMillis(500);

  private final LeaseSettings settings;
  private final LeaseTable table; // of the thread
  private final Consumer<Optional<Throwable>> whenLost;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("drover-lease").factory());

  /** Written by the thread. */
  private volatile @Nullable Held held;

  private record Held(long fencing, long deadlineNs, Consumer<Optional<Throwable>> whenLost) {
    boolean isOver() {
      return System.nanoTime() - deadlineNs >= 0;
    }
  }

  /** As Pekko makes it: whoever takes the lease from this node has decided that it must go. */
  public DatabaseLease(LeaseSettings settings, ExtendedActorSystem system) {
    this(
        settings,
        new LeaseTable(settings.leaseConfig().getConfig("database")),
        reason -> leave(system, settings, reason));
    system.registerOnTermination(this::close);
  }

  DatabaseLease(LeaseSettings settings, LeaseTable table, Consumer<Optional<Throwable>> whenLost) {
    this.settings = settings;
    this.table = table;
    this.whenLost = whenLost;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.execute(this::connect);
  }

  private static void leave(
      ExtendedActorSystem system, LeaseSettings settings, Optional<Throwable> reason) {
    if (reason.isEmpty()) { // without a database nobody else decides anything either
      LOG.atError()
          .addKeyValue("lease", settings.leaseName())
          .log("other nodes have decided to go on without this one: it leaves");
      Cluster cluster = Cluster.get(system);
      cluster.down(cluster.selfAddress());
    }
  }

  @Override
  public LeaseSettings getSettings() {
    return settings;
  }

  @Override
  public CompletionStage<Boolean> acquire() {
    return acquire(whenLost);
  }

  /**
   * As the library says; a database that does not answer is asked again until the operation
   * timeout.
   *
   * @param leaseLost called once, on the lease's thread, with the failure, or with nothing when
   *     there is another owner
   */
  @Override
  public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLost) {
    Duration limit = settings.timeoutSettings().getOperationTimeout();
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    inThread(answer, () -> acquire(leaseLost, answer));
    return answer.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void acquire(Consumer<Optional<Throwable>> leaseLost, CompletableFuture<Boolean> answer) {
    if (answer.isDone()) {
      return; // the time is up
    }
    if (checkLease()) {
      answer.complete(true);
      return;
    }
    try {
      long sentNs = System.nanoTime();
      OptionalLong fencing = table.take(settings.leaseName(), settings.ownerName(), term());
      fencing.ifPresent(number -> hold(number, sentNs, leaseLost));
      LOG.atInfo()
          .addKeyValue("lease", settings.leaseName())
          .addKeyValue("owner", settings.ownerName())
          .addKeyValue("fencing", fencing)
          .log(fencing.isPresent() ? "lease taken" : "lease is another owner's");
      if (!answer.complete(fencing.isPresent())) {
        letGo();
      }
    } catch (SQLException | RuntimeException e) { // of a driver
      LOG.atWarn()
          .addKeyValue("lease", settings.leaseName())
          .addKeyValue("reason", e)
          .log("lease cannot be taken");
      later(RETRY, () -> acquire(leaseLost, answer));
    }
  }

  private void hold(long fencing, long sentNs, Consumer<Optional<Throwable>> leaseLost) {
    held = new Held(fencing, sentNs + term().toNanos(), leaseLost);
    later(interval(), () -> heartbeat(fencing));
  }

  private void heartbeat(long fencing) {
    Held now = held;
    if (now == null || now.fencing() != fencing) {
      return; // released, or taken anew since
    }
    try {
      long sentNs = System.nanoTime();
      if (table.extend(settings.leaseName(), settings.ownerName(), fencing, term())) {
        hold(fencing, sentNs, now.whenLost());
      } else {
        lose(now, Optional.empty());
      }
    } catch (SQLException | RuntimeException e) { // of a driver
      if (now.isOver()) {
        lose(now, Optional.of(e));
      } else {
        later(RETRY, () -> heartbeat(fencing));
      }
    }
  }

  private void lose(Held lost, Optional<Throwable> reason) {
    held = null;
    LOG.atError()
        .addKeyValue("lease", settings.leaseName())
        .addKeyValue("fencing", lost.fencing())
        .addKeyValue("reason", reason.map(Throwable::toString).orElse("another owner"))
        .log("lease lost");
    lost.whenLost().accept(reason);
  }

  /** Always true in the end: what cannot be freed is over after its term. */
  @Override
  public CompletionStage<Boolean> release() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    inThread(
        answer,
        () -> {
          letGo();
          answer.complete(true);
        });
    return answer;
  }

  private void letGo() {
    Held last = held;
    held = null;
    if (last != null) {
      try {
        table.free(settings.leaseName(), settings.ownerName(), last.fencing());
      } catch (SQLException | RuntimeException e) { // of a driver
        LOG.atInfo()
            .addKeyValue("lease", settings.leaseName())
            .addKeyValue("reason", e)
            .log("lease not freed; it is over in a moment");
      }
    }
  }

  @Override
  public boolean checkLease() {
    Held now = held;
    return now != null && !now.isOver();
  }

  /**
   * Stops extending it. It is not freed, for what it was taken for may not be known to all yet.
   * Blocks for no longer than one statement; once.
   */
  void close() {
    thread.execute(table::close);
    thread.close();
  }

  private void connect() {
    try {
      table.connect();
    } catch (SQLException | RuntimeException e) { // of a driver
      LOG.atDebug().setCause(e).log("no connection for leases yet");
    }
  }

  private void inThread(CompletableFuture<Boolean> answer, Runnable work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException e) { // closed
      answer.completeExceptionally(e);
    }
  }

  private void later(Duration delay, Runnable work) {
    if (!thread.isShutdown()) {
      var _ = thread.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private Duration term() {
    return settings.timeoutSettings().getHeartbeatTimeout();
  }

  private Duration interval() {
    return settings.timeoutSettings().getHeartbeatInterval();
  }
}
