package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WelcomeQueueTest {
  private final WelcomeQueue queue = new WelcomeQueue();
  private final List<Integer> turns = new ArrayList<>();

  private WelcomeQueue.Place enter(int host) {
    return queue.enter(() -> turns.add(host)).orElseThrow();
  }

  @Test
  void shouldWelcomeInTheOrderInWhichTheyCame() {
    List<WelcomeQueue.Place> places = new ArrayList<>();
    for (int host = 0; host < WelcomeQueue.SLOTS + 3; host++) {
      places.add(enter(host));
    }
    assertThat(turns).hasSize(WelcomeQueue.SLOTS);
    assertThat(places.getLast().ahead()).isEqualTo(2);

    places.get(WelcomeQueue.SLOTS).leave(); // gone before its turn
    places.get(7).leave();
    places.get(5).leave();

    assertThat(turns.subList(WelcomeQueue.SLOTS, turns.size()))
        .containsExactly(WelcomeQueue.SLOTS + 1, WelcomeQueue.SLOTS + 2);
    assertThat(places.getLast().ahead()).isZero();
  }

  @Test
  void shouldTakeOnlySoMany() {
    for (int host = 0; host < WelcomeQueue.SLOTS + WelcomeQueue.WAITING_LIMIT; host++) {
      enter(host);
    }

    assertThat(queue.enter(() -> turns.add(-1))).isEmpty();
    assertThat(turns).hasSize(WelcomeQueue.SLOTS);
  }
}
