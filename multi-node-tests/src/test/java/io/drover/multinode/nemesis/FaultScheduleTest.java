package io.drover.multinode.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.multinode.nemesis.FaultSchedule.Entry;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final FleetShape WHOLE = shape(true);

  private static FleetShape shape(boolean isRoot) {
    return new FleetShape(
        List.of("north", "south"),
        List.of("north-n1", "south-n1"),
        List.of("north-h1", "south-h1"),
        isRoot,
        isRoot,
        true,
        true);
  }

  @Test
  void shouldDrawTheSameFromTheSameSeed() {
    Set<FaultKind> kinds = EnumSet.allOf(FaultKind.class);
    FaultSchedule first = FaultSchedule.draw(7, HOUR, kinds, WHOLE);
    assertThat(FaultSchedule.draw(7, HOUR, kinds, WHOLE)).isEqualTo(first);
    assertThat(FaultSchedule.draw(8, HOUR, kinds, WHOLE)).isNotEqualTo(first);
    assertThat(first.entries()).extracting(Entry::line).allMatch(line -> line.contains("after"));
  }

  @Test
  void shouldUseEveryKindBeforeOneComesAgain() {
    int kinds = FaultKind.values().length;
    FaultSchedule schedule = FaultSchedule.draw(7, HOUR, EnumSet.allOf(FaultKind.class), WHOLE);
    assertThat(schedule.entries().subList(0, kinds))
        .extracting(entry -> entry.nemesis().kind())
        .doesNotHaveDuplicates();
    assertThat(schedule.entries()).hasSizeGreaterThan(2 * kinds);
  }

  @Test
  void shouldLeaveOutWhatThisMachineDoesNotAllow() {
    FaultSchedule schedule =
        FaultSchedule.draw(7, HOUR, EnumSet.allOf(FaultKind.class), shape(false));
    assertThat(schedule.entries())
        .extracting(entry -> entry.nemesis().kind())
        .contains("kill-node", "clock-jump", "database-crash")
        .doesNotContain("isolate-node", "area-loss", "packet-loss", "full-disk");
    Set<FaultKind> impossible = Set.of(FaultKind.AREA_LOSS);
    assertThatThrownBy(() -> FaultSchedule.draw(7, HOUR, impossible, shape(false)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
