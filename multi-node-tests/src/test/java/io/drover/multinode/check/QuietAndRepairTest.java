package io.drover.multinode.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.witness.Testimony;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class QuietAndRepairTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-9);
  private static final Map<String, String> NAMES = Map.of("id", Ops.VM);

  private static FaultSpan fault(Set<String> mayRestartOn, long injectedMs, long healedMs) {
    return fault(mayRestartOn, injectedMs, healedMs, Optional.empty());
  }

  private static FaultSpan fault(
      Set<String> mayRestartOn, long injectedMs, long healedMs, Optional<Duration> guestsWithin) {
    return new FaultSpan(
        "kill",
        "h1",
        mayRestartOn,
        guestsWithin,
        injectedMs * Log.MS,
        healedMs * Log.MS,
        (healedMs + 1000) * Log.MS,
        (healedMs + 5000) * Log.MS);
  }

  private static List<Testimony> restarted() {
    return new Log()
        .effects(0, 1000, "h1", "id", 1, 7, 1)
        .effects(9000, 9100, "h2", "id", 2, 8, 1)
        .lines();
  }

  private static boolean isQuiet(List<Operation> operations, FaultSpan... faults) {
    return Quiet.check(restarted(), operations, NAMES, List.of(faults)).holds();
  }

  @Test
  void shouldCatchARestartWithoutReason() {
    assertThat(isQuiet(List.of())).isFalse();
    assertThat(isQuiet(List.of(), fault(Set.of("h2"), 1010, 5000))).isFalse();
    assertThat(isQuiet(List.of(), fault(Set.of("h1"), 10_000, 11_000))).isFalse();
  }

  @Test
  void shouldExcuseARestartByAFaultOfItsHostOrByRequest() {
    assertThat(isQuiet(List.of(), fault(Set.of("h1"), 1010, 5000))).isTrue();
    assertThat(isQuiet(new Ops().ok(1005, 1008, Kind.STOP).ok(5000, 5010, Kind.START).all()))
        .isTrue();
    assertThat(isQuiet(new Ops().unknown(500, Kind.START).all())).isTrue();
    assertThat(isQuiet(new Ops().refused(5000, 5010, Kind.START).all())).isFalse();
    assertThat(isQuiet(new Ops().ok(500, 510, Kind.START).all())).as("an older one").isFalse();
  }

  private static Verdict repair(List<Operation> operations, int limitSeconds) {
    return Repair.check(
        List.of(fault(Set.of("h1"), 1000, 3000)),
        operations,
        restarted(),
        NAMES,
        Duration.ofSeconds(limitSeconds));
  }

  @Test
  void shouldMeasureHowLongGuestsWereSilent() {
    Verdict verdict = repair(List.of(), 10);
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.figures().get("kill_guests_max_s")).isCloseTo(8, EXACT);
    assertThat(repair(List.of(), 5).holds()).as("8 s of silence, 2 + 5 allowed").isFalse();
  }

  @Test
  void shouldCatchGuestsThatCameBackOnlyWithTheirHost() {
    FaultSpan fault = fault(Set.of("h1"), 1000, 9000, Optional.of(Duration.ofSeconds(7)));
    Verdict verdict =
        Repair.check(List.of(fault), List.of(), restarted(), NAMES, Duration.ofSeconds(60));
    assertThat(verdict.violations()).singleElement().asString().contains("7.0 s to guests");
  }

  @Test
  void shouldMeasureHowLongProcessesTookToBeReady() {
    assertThat(repair(List.of(), 10).figures().get("kill_ready_max_s")).isCloseTo(1, EXACT);
  }

  @Test
  void shouldMeasureHowLongClientsWaitedForAnAnswer() {
    Ops ops = new Ops().unknown(1500, Kind.MIGRATE).unknown(2500, Kind.MIGRATE);
    ops.read(4000, 4200, "RUNNING", "h1", 1, 2).read(4300, 4301, "RUNNING", "h1", 1, 2);

    Verdict verdict = repair(ops.all(), 10);

    assertThat(verdict.figures().get("kill_clients_max_s")).isCloseTo(2.7, EXACT);
  }

  @Test
  void shouldNotBlameAFaultForAVmThatAClientStopped() {
    Verdict verdict = repair(new Ops().ok(1200, 1300, Kind.STOP).all(), 5);
    assertThat(verdict.figures().get("kill_guests_max_s")).isZero();
  }
}
