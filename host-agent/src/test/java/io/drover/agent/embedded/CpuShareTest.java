package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuShareTest {
  private static final long SECOND_NS = 1_000_000_000;
  private static final long SLICE_NS = 500_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 250, 500, 999})
  void shouldGiveABusyGuestItsShareAndOnePeriodMoreAtMost(int cpuMillis) {
    CpuShare share = new CpuShare(cpuMillis, 0);
    long nowNs = 0;
    while (nowNs < 20 * SECOND_NS) {
      nowNs += SLICE_NS;
      nowNs += share.charge(SLICE_NS, nowNs);
    }

    long due = nowNs / 1000 * cpuMillis;
    long oneOff = CpuShare.PERIOD_NS * cpuMillis / 1000 + 2 * SLICE_NS;
    assertThat(share.chargedNs()).isBetween(due - oneOff, due + oneOff);
  }

  @Test
  void shouldNeverMakeAWholeCoreWait() {
    CpuShare share = new CpuShare(4000, 0);

    assertThat(share.charge(10 * SECOND_NS, SECOND_NS)).isZero();
  }

  @Test
  void shouldNotSaveUpMoreThanOnePeriodWhileAGuestSleeps() {
    CpuShare share = new CpuShare(100, 0);
    long nowNs = 3600 * SECOND_NS;

    assertThat(share.charge(CpuShare.PERIOD_NS / 10 + 1, nowNs)).isPositive();
  }

  @Test
  void shouldNotHoldUpAGuestThatStaysBelowItsShare() {
    CpuShare share = new CpuShare(100, 0);

    for (int beat = 1; beat < 10_000; beat++) {
      assertThat(share.charge(50_000, beat * 1_000_000L)).isZero();
    }
  }
}
