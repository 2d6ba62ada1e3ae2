package io.drover.actor.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Samples;
import io.drover.actor.agent.AgentOrder;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class OrderBookTest {
  private static final Epoch EPOCH = new Epoch(3);
  private static final AgentOrder ABORT =
      new AgentOrder.AbortMigration(Samples.M1, Samples.VM, EPOCH);

  private final OrderBook book = new OrderBook();

  /** The agent came back between the two, and would be told to prepare after it has aborted. */
  @Test
  void shouldNotDeliverAnewWhatAnAbortUndoes() {
    put("prepare", prepare(Samples.M1));
    assertThat(ids(book.takeDeliverable())).containsExactly("prepare");

    assertThat(ids(book.takeReplacedBy("abort", ABORT))).containsExactly("prepare");
    put("abort", ABORT);
    book.forgetDeliveries();

    assertThat(ids(book.takeDeliverable())).containsExactly("abort");
  }

  @Test
  void shouldKeepAnAbortThatIsOrderedAgain() {
    put("abort", ABORT);

    assertThat(book.takeReplacedBy("abort", ABORT)).isEmpty();
    assertThat(ids(book.takeReplacedBy("abort-2", ABORT))).containsExactly("abort");
  }

  @Test
  void shouldLeaveOtherMigrationsAlone() {
    put("other", prepare(Samples.M2));
    put("stop", new AgentOrder.StopAndCopy(Samples.M2, Samples.VM, EPOCH, Duration.ofSeconds(1)));

    assertThat(book.takeReplacedBy("abort", ABORT)).isEmpty();
  }

  private static AgentOrder prepare(MigrationId migration) {
    return new AgentOrder.PrepareTarget(migration, Samples.VM, Samples.SPEC, EPOCH);
  }

  private void put(String orderId, AgentOrder order) {
    TestInbox<OrderOutcome> inbox = TestInbox.create();
    book.put(orderId, order, Duration.ofSeconds(5), inbox.getRef());
  }

  private static List<String> ids(List<OrderBook.Pending> orders) {
    return orders.stream().map(OrderBook.Pending::orderId).toList();
  }
}
