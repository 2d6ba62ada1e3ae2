package io.drover.multinode.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.history.Operation.Kind;
import org.junit.jupiter.api.Test;

class LinearizablePerVmTest {
  private static Ops created() {
    return new Ops().ok(0, 10, Kind.CREATE).read(11, 12, "RUNNING", "h1", 1, 2);
  }

  private static boolean holds(Ops ops) {
    return LinearizablePerVm.check(ops.all()).holds();
  }

  @Test
  void shouldAcceptALife() {
    assertThat(
            holds(
                created()
                    .ok(20, 30, Kind.STOP)
                    .read(31, 32, "STOPPED", "h1", 1, 3)
                    .ok(40, 50, Kind.START)
                    .read(51, 52, "RUNNING", "h2", 2, 6)
                    .ok(60, 70, Kind.MIGRATE)
                    .read(71, 72, "RUNNING", "h1", 3, 9)
                    .refused(73, 74, Kind.START)
                    .ok(80, 90, Kind.DELETE)
                    .read(91, 92, "DELETED", "h1", 3, 10)
                    .missing(95, 96)))
        .isTrue();
  }

  @Test
  void shouldAcceptEitherOrderOfConcurrentChanges() {
    assertThat(holds(created().ok(20, 60, Kind.STOP).ok(20, 60, Kind.DELETE).missing(70, 71)))
        .isTrue();
  }

  @Test
  void shouldCatchALostStop() {
    assertThat(holds(created().ok(20, 30, Kind.STOP).read(31, 32, "RUNNING", "h1", 1, 2)))
        .isFalse();
  }

  @Test
  void shouldCatchALostCreation() {
    assertThat(holds(new Ops().ok(0, 10, Kind.CREATE).missing(11, 12))).isFalse();
  }

  @Test
  void shouldCatchAVmThatCameBack() {
    assertThat(
            holds(
                created()
                    .ok(20, 30, Kind.DELETE)
                    .missing(31, 32)
                    .read(33, 34, "RUNNING", "h1", 1, 2)))
        .isFalse();
  }

  @Test
  void shouldCatchAStaleReadOfAnotherNode() {
    assertThat(
            holds(
                created().read(20, 21, "RUNNING", "h2", 2, 7).read(22, 23, "RUNNING", "h1", 1, 2)))
        .isFalse();
  }

  @Test
  void shouldCatchOneEpochGrantedToTwoHosts() {
    assertThat(holds(created().read(20, 21, "RUNNING", "h2", 1, 7))).isFalse();
  }

  @Test
  void shouldAllowAnUnknownStopToHappenLaterOrNever() {
    assertThat(holds(created().unknown(20, Kind.STOP).read(31, 32, "RUNNING", "h1", 1, 2)))
        .isTrue();
    assertThat(
            holds(
                created()
                    .unknown(20, Kind.STOP)
                    .read(31, 32, "RUNNING", "h1", 1, 2)
                    .read(40, 41, "STOPPED", "h1", 1, 3)))
        .isTrue();
  }

  @Test
  void shouldCatchAnUnknownStopThatIsTakenBack() {
    assertThat(
            holds(
                created()
                    .unknown(20, Kind.STOP)
                    .read(31, 32, "STOPPED", "h1", 1, 3)
                    .read(40, 41, "RUNNING", "h1", 1, 4)))
        .isFalse();
  }
}
