package io.drover.multinode.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.check.Capacity.Amount;
import io.drover.multinode.check.Capacity.Claim;
import io.drover.multinode.check.Capacity.HostSight;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private static final Amount ROOM = new Amount(1000, 100);

  private static boolean holds(Amount claimed, Claim... claims) {
    HostSight sight = new HostSight("h1", 1, ROOM, claimed, List.of(claims));
    return Capacity.check(List.of(sight), List.of(), 1).holds();
  }

  @Test
  void shouldAcceptAFullHost() {
    assertThat(
            holds(
                new Amount(1000, 100),
                new Claim("a", new Amount(400, 50)),
                new Claim("b", new Amount(600, 50))))
        .isTrue();
  }

  @Test
  void shouldCatchAHostThatGaveTooMuch() {
    assertThat(
            holds(
                new Amount(500, 101),
                new Claim("a", new Amount(400, 50)),
                new Claim("b", new Amount(100, 51))))
        .isFalse();
  }

  @Test
  void shouldCatchASumThatForgetsAClaim() {
    assertThat(holds(new Amount(0, 0), new Claim("a", new Amount(400, 50)))).isFalse();
  }

  @Test
  void shouldCatchTwoClaimsOfOneOwner() {
    assertThat(
            holds(
                new Amount(2, 2),
                new Claim("a", new Amount(1, 1)),
                new Claim("a", new Amount(1, 1))))
        .isFalse();
  }

  @Test
  void shouldCatchMoreGuestsThanFitWhateverTheClaimsSay() {
    Log apart = new Log().effects(0, 100, "h1", "a", 1, 1, 1).gone(110, "h1", "a");
    apart.effects(200, 300, "h1", "b", 1, 2, 1);
    assertThat(Capacity.check(List.of(), apart.lines(), 1).holds()).isTrue();

    Log together = new Log().effects(0, 100, "h1", "a", 1, 1, 1);
    together.effects(100, 200, "h1", "b", 1, 2, 1).effect(210, "h1", "a", 1, 1, 7);
    assertThat(Capacity.check(List.of(), together.lines(), 1).holds()).isFalse();
    assertThat(Capacity.check(List.of(), together.lines(), 2).holds()).isTrue();
  }
}
