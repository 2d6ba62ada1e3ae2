package io.drover.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.settings.AgentSettings.Reconnect;
import io.drover.config.settings.BindAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where an agent knocks next, and how long it waits. */
class EndpointWalkTest {
  private static final BindAddress A = new BindAddress("127.0.0.1", 1);
  private static final BindAddress B = new BindAddress("127.0.0.1", 2);
  private static final Reconnect RECONNECT =
      new Reconnect(Duration.ofMillis(100), Duration.ofMillis(700), Duration.ofMillis(9_000));

  private final EndpointWalk walk = new EndpointWalk(RECONNECT, new Random(1));

  @Test
  void shouldWalkTheListAndDoubleTheWaitWithEachWalk() {
    List<EndpointWalk.Step> steps =
        IntStream.range(0, 8).mapToObj(_ -> walk.next(List.of(A, B))).toList();

    assertThat(steps)
        .extracting(EndpointWalk.Step::endpoint)
        .containsExactly(A, B, A, B, A, B, A, B);
    assertThat(steps.getFirst().delay()).isZero();
    assertThat(steps.get(1).delay()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    assertThat(steps.get(2).delay()).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
    assertThat(steps.get(3).delay()).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
    assertThat(steps.get(7).delay()).isBetween(Duration.ofMillis(175), Duration.ofMillis(350));
  }

  /** A host is not unmanaged for longer because it has more control nodes to choose from. */
  @Test
  void shouldTakeNoLongerForALongListThanForAShortOne() {
    List<BindAddress> five = List.of(A, B, A, B, A);
    IntStream.range(0, 20).forEach(_ -> walk.next(five));

    Duration walked =
        IntStream.range(0, 5)
            .mapToObj(_ -> walk.next(five).delay())
            .reduce(Duration.ZERO, Duration::plus);

    assertThat(walked).isBetween(Duration.ofMillis(350), Duration.ofMillis(700));
  }

  @Test
  void shouldStartAtTheHeadAgainOnceASessionHeld() {
    walk.next(List.of(A, B));
    walk.next(List.of(A, B));
    walk.next(List.of(A, B));

    walk.settled();
    EndpointWalk.Step step = walk.next(List.of(A, B));

    assertThat(step.endpoint()).isEqualTo(A);
    assertThat(step.delay()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
  }

  @Test
  void shouldWaitLongOnceWhenRefusedForGood() {
    walk.next(List.of(A));

    walk.refusedForGood();

    assertThat(walk.next(List.of(A)).delay())
        .isBetween(Duration.ofMillis(4_500), Duration.ofMillis(9_000));
    assertThat(walk.next(List.of(A)).delay()).isLessThan(Duration.ofMillis(400));
  }

  @Test
  void shouldNotComeBackAtTheSameMomentAsEverybodyElse() {
    assertThat(IntStream.range(0, 50).mapToObj(seed -> secondDelay(seed)).distinct().count())
        .isGreaterThan(40);
  }

  private static Duration secondDelay(int seed) {
    EndpointWalk other = new EndpointWalk(RECONNECT, new Random(seed));
    other.next(List.of(A, B));
    return other.next(List.of(A, B)).delay();
  }
}
