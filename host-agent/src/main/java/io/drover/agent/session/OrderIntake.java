package io.drover.agent.session;

import io.drover.agent.store.AgentStore;
import io.drover.config.units.Epoch;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.OrderFailure;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which orders are executed: none of an older control plane than the newest ever heard, and
 * none twice. Not safe for several threads.
 *
 * <p>The highest epoch is on disk before an order of it is executed. Results are kept in memory:
 * after a restart of the agent an order may be executed again, which run epochs make harmless.
 */
final class OrderIntake {
  /**
   * Results kept for repeated orders; far more than a control plane has outstanding to one host.
   */
  static final int RESULT_LIMIT = 1024;

  /** What becomes of an order. */
  sealed interface Verdict {
    /** It is new. */
    record Execute() implements Verdict {}

    /** It was answered before, or is refused. */
    record Answer(OrderResult result) implements Verdict {}

    /** It is being executed; the answer will come. */
    record Await() implements Verdict {}
  }

  private final AgentStore store;
  private final Map<String, Optional<OrderResult>> results = new LinkedHashMap<>();
  private long staleOrdersRefused;

  OrderIntake(AgentStore store) {
    this.store = store;
  }

  long staleOrdersRefused() {
    return staleOrdersRefused;
  }

  /** Remembers an epoch, on disk when it is new; false when a higher one was seen before. */
  boolean accept(Epoch controlEpoch) {
    Epoch highest = store.agent().highestControlEpoch();
    if (highest.isBefore(controlEpoch)) {
      store.save(store.agent().withControlEpoch(controlEpoch));
    }
    return !controlEpoch.isBefore(highest);
  }

  Verdict take(Order order) {
    String id = order.getOrderId();
    Epoch epoch = new Epoch(order.getControlEpoch());
    if (!accept(epoch)) {
      staleOrdersRefused++;
      return new Verdict.Answer(stale(id, epoch));
    }
    Optional<OrderResult> earlier = results.get(id);
    if (earlier != null) {
      return earlier.<Verdict>map(Verdict.Answer::new).orElseGet(Verdict.Await::new);
    }
    results.put(id, Optional.empty());
    return new Verdict.Execute();
  }

  /**
   * Keeps the result for repetitions, unless asking again may well give another: a guest that was
   * started may be gone, and run epochs start none twice.
   */
  void finished(Order.BodyCase kind, OrderResult result) {
    boolean mayDiffer =
        switch (kind) {
          case READ_CONSOLE, VERIFY_GUEST, RUN_GUEST -> true;
          default -> false;
        };
    Code failure = result.getFailure().getCode();
    if (mayDiffer || failure == Code.INTERNAL || failure == Code.LEASE_NOT_HELD) {
      results.remove(result.getOrderId());
    } else {
      results.put(result.getOrderId(), Optional.of(result));
    }
    Iterator<Optional<OrderResult>> oldest = results.values().iterator();
    while (results.size() > RESULT_LIMIT && oldest.hasNext()) {
      if (oldest.next().isPresent()) {
        oldest.remove();
      }
    }
  }

  private OrderResult stale(String id, Epoch epoch) {
    return OrderResult.newBuilder()
        .setOrderId(id)
        .setFailure(
            OrderFailure.newBuilder()
                .setCode(Code.STALE_CONTROL_EPOCH)
                .setDetail(
                    "control epoch %s is below %s, the highest this agent has seen"
                        .formatted(epoch, store.agent().highestControlEpoch())))
        .build();
  }
}
