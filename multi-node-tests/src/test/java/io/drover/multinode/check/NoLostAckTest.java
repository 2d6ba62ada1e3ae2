package io.drover.multinode.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.check.NoLostAck.End;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoLostAckTest {
  private static final Outcome GONE = new Outcome.NotThere();

  private static Outcome is(String desired) {
    return new Outcome.Seen(Ops.sight(desired, "h1", 1, 2));
  }

  private static boolean holds(Ops ops, Outcome last) {
    return NoLostAck.check(ops.all(), new End(Map.of(Ops.VM, last), Map.of())).holds();
  }

  @Test
  void shouldWantWhatWasLastAskedFor() {
    Ops ops = new Ops().ok(0, 10, Kind.CREATE).ok(20, 30, Kind.STOP);
    assertThat(holds(ops, is("STOPPED"))).isTrue();
    assertThat(holds(ops, is("RUNNING"))).isFalse();
    assertThat(holds(ops, GONE)).isFalse();
  }

  @Test
  void shouldTakeEitherOfConcurrentChanges() {
    Ops ops = new Ops().ok(0, 10, Kind.CREATE).ok(11, 12, Kind.STOP).ok(20, 40, Kind.START);
    ops.ok(30, 50, Kind.STOP);
    assertThat(holds(ops, is("STOPPED"))).isTrue();
    assertThat(holds(ops, is("RUNNING"))).isTrue();
  }

  @Test
  void shouldTakeEitherOfAnUnknownChange() {
    Ops ops = new Ops().ok(0, 10, Kind.CREATE).unknown(20, Kind.DELETE);
    assertThat(holds(ops, is("RUNNING"))).isTrue();
    assertThat(holds(ops, GONE)).isTrue();
    assertThat(holds(ops, is("STOPPED"))).isFalse();
  }

  @Test
  void shouldWantNothingOfWhatNobodyWasToldOf() {
    Ops ops = new Ops().unknown(0, Kind.CREATE);
    assertThat(holds(ops, is("RUNNING"))).isTrue();
    assertThat(holds(ops, GONE)).isTrue();
  }

  @Test
  void shouldCatchADeletedVmThatIsThere() {
    Ops ops = new Ops().ok(0, 10, Kind.CREATE).ok(20, 30, Kind.DELETE);
    assertThat(holds(ops, GONE)).isTrue();
    assertThat(holds(ops, is("RUNNING"))).isFalse();
  }

  @Test
  void shouldCatchAcceptedWorkThatIsForgottenOrNeverEnds() {
    Ops ops = new Ops().ok(0, 10, Kind.CREATE).ok(20, 30, Kind.MIGRATE, "/v1/migrations/m");
    Map<String, Outcome> vms = Map.of(Ops.VM, is("RUNNING"));
    Map<String, String> done = Map.of("/v1/migrations/m", "SUCCEEDED");
    Map<String, String> running = Map.of("/v1/migrations/m", "RUNNING");
    assertThat(NoLostAck.check(ops.all(), new End(vms, done)).holds()).isTrue();
    assertThat(NoLostAck.check(ops.all(), new End(vms, running)).holds()).isFalse();
    assertThat(NoLostAck.check(ops.all(), new End(vms, Map.of())).holds()).isFalse();
  }

  /** A VM keeps its newest sixteen. */
  @Test
  void shouldNotAskForMoreOperationsThanAVmKeeps() {
    Ops ops = new Ops().ok(0, 10, Kind.CREATE).ok(20, 30, Kind.STOP, "/v1/operations/op-0");
    Map<String, Outcome> vms = Map.of(Ops.VM, is("STOPPED"));
    Map<String, String> work = new HashMap<>(Map.of("/v1/operations/op-0", "404"));
    for (int i = 1; i <= 15; i++) {
      ops.ok(30 * i + 10, 30 * i + 20, Kind.STOP, "/v1/operations/op-" + i);
      work.put("/v1/operations/op-" + i, "SUCCEEDED");
    }
    assertThat(NoLostAck.check(ops.all(), new End(vms, work)).holds()).isFalse();

    ops.ok(1000, 1010, Kind.STOP, "/v1/operations/op-16");
    work.put("/v1/operations/op-16", "SUCCEEDED");
    assertThat(NoLostAck.check(ops.all(), new End(vms, work)).holds()).isTrue();
    work.put("/v1/operations/op-1", "404");
    assertThat(NoLostAck.check(ops.all(), new End(vms, work)).holds()).as("the next").isFalse();
  }
}
