package io.drover.actor.host;

import io.drover.actor.agent.AgentOrder;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The orders a host's agent has not answered yet, oldest first. Not threadsafe: lives in one actor.
 */
final class OrderBook {
  /** At the agent at one time; more would only wait there. */
  static final int IN_FLIGHT_LIMIT = 64;

  /** Waiting altogether; a host has far fewer guests. */
  static final int ORDER_LIMIT = 4096;

  /**
   * One order under way.
   *
   * @param deadline a reading of the monotonic clock
   */
  record Pending(
      String orderId,
      AgentOrder order,
      Duration deadline,
      ActorRef<OrderOutcome> replyTo,
      boolean delivered) {
    private Pending delivering() {
      return new Pending(orderId, order, deadline, replyTo, true);
    }
  }

  private final Map<String, Pending> orders = new LinkedHashMap<>();

  boolean isFull() {
    return orders.size() >= ORDER_LIMIT;
  }

  /** Adds it, or replaces who waits for it. */
  void put(String orderId, AgentOrder order, Duration deadline, ActorRef<OrderOutcome> replyTo) {
    Pending known = orders.get(orderId);
    orders.put(
        orderId,
        new Pending(orderId, order, deadline, replyTo, known != null && known.delivered()));
  }

  /**
   * Takes out what must not reach the agent behind this order: boots that wait for delivery under
   * an older grant; and, when a migration is aborted, all that was ordered for it before. A new
   * session would deliver that once more, and make again what was undone.
   */
  List<Pending> takeReplacedBy(String orderId, AgentOrder order) {
    if (order instanceof AgentOrder.AbortMigration abort) {
      return take(p -> !p.orderId().equals(orderId) && isOf(abort, p.order()));
    }
    return runEpochOf(order).map(epoch -> takeOlderBoots(order, epoch)).orElse(List.of());
  }

  private static boolean isOf(AgentOrder.AbortMigration abort, AgentOrder order) {
    Optional<MigrationId> migration =
        switch (order) {
          case AgentOrder.PrepareTarget o -> Optional.of(o.migration());
          case AgentOrder.StartPreCopy o -> Optional.of(o.migration());
          case AgentOrder.StopAndCopy o -> Optional.of(o.migration());
          case AgentOrder.AbortMigration o -> Optional.of(o.migration());
          case AgentOrder.RunGuest _,
              AgentOrder.StopGuest _,
              AgentOrder.RemoveGuest _,
              AgentOrder.PauseGuest _,
              AgentOrder.ReadConsole _,
              AgentOrder.VerifyGuest _ ->
              Optional.empty();
        };
    return migration.filter(abort.migration()::equals).isPresent();
  }

  private List<Pending> takeOlderBoots(AgentOrder order, Epoch epoch) {
    return take(p ->
        !p.delivered()
            && p.order().vm().equals(order.vm())
            && p.order() instanceof AgentOrder.RunGuest
            && runEpochOf(p.order()).filter(e -> e.isBefore(epoch)).isPresent());
  }

  private List<Pending> take(Predicate<Pending> which) {
    List<Pending> taken = orders.values().stream().filter(which).toList();
    taken.forEach(p -> orders.remove(p.orderId()));
    return taken;
  }

  private static Optional<Epoch> runEpochOf(AgentOrder order) {
    return switch (order) {
      case AgentOrder.RunGuest o -> Optional.of(o.runEpoch());
      case AgentOrder.StopGuest o ->
          Optional.of(o.runEpoch().next()); // ends boots of its epoch too
      case AgentOrder.RemoveGuest o -> Optional.of(o.runEpoch().next());
      case AgentOrder.PauseGuest _,
          AgentOrder.ReadConsole _,
          AgentOrder.VerifyGuest _,
          AgentOrder.PrepareTarget _,
          AgentOrder.StartPreCopy _,
          AgentOrder.StopAndCopy _,
          AgentOrder.AbortMigration _ ->
          Optional.empty();
    };
  }

  /** What to deliver now, marked as delivered. */
  List<Pending> takeDeliverable() {
    long inFlight = orders.values().stream().filter(Pending::delivered).count();
    List<Pending> next =
        orders.values().stream()
            .filter(p -> !p.delivered())
            .limit(Math.max(0, IN_FLIGHT_LIMIT - inFlight))
            .map(Pending::delivering)
            .toList();
    next.forEach(p -> orders.put(p.orderId(), p));
    return next;
  }

  /**
   * A new session: everything is delivered again, the agent answers what it has done from memory.
   */
  void forgetDeliveries() {
    orders.replaceAll(
        (_, p) -> new Pending(p.orderId(), p.order(), p.deadline(), p.replyTo(), false));
  }

  Optional<Pending> answered(String orderId) {
    return Optional.ofNullable(orders.remove(orderId));
  }

  /** None of them is given any more. */
  List<Pending> takeAll() {
    List<Pending> all = List.copyOf(orders.values());
    orders.clear();
    return all;
  }

  List<Pending> takeExpired(Duration now) {
    List<Pending> expired = new ArrayList<>();
    orders.values().removeIf(p -> p.deadline().compareTo(now) < 0 && expired.add(p));
    return expired;
  }
}
