package io.drover.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.fake.Samples;
import io.drover.agent.store.AgentStore;
import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.EndpointList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionPlaceTest {
  private static final BindAddress OLD = new BindAddress("127.0.0.1", 7200);
  private static final BindAddress NEW = new BindAddress("127.0.0.1", 7201);
  @TempDir private Path directory;

  /** Or it would go back to whom it has just been told to leave, and stay for a while. */
  @Test
  void shouldWalkANewListFromItsHead() {
    try (AgentStore store = AgentStore.open(directory)) {
      SessionPlace place = new SessionPlace(Samples.settings(directory, OLD), store, new Random(1));
      place.tries(place.next().endpoint());

      assertThat(place.adopt(managedByNew())).isTrue();
      assertThat(place.isManaging()).isFalse();

      assertThat(place.next().endpoint()).isEqualTo(NEW);
    }
  }

  /** A session elsewhere works, too, and each try interrupts it. */
  @Test
  void shouldTryLessAndLessOftenToReachWhoManagesItsHost() {
    try (AgentStore store = AgentStore.open(directory)) {
      SessionPlace place = new SessionPlace(Samples.settings(directory, OLD), store, new Random(1));
      place.tries(place.next().endpoint());
      place.adopt(managedByNew());

      Duration wait = SessionPlace.MOVE_AGAIN;
      for (int i = 0; i < 5; i++) {
        assertThat(place.moveSometime()).isBetween(wait, wait.multipliedBy(2));
        wait = wait.multipliedBy(2);
      }
      assertThat(place.moveSometime()).isLessThan(wait);
    }
  }

  private static EndpointList managedByNew() {
    return EndpointList.newBuilder()
        .setAreaEpoch(1)
        .setVersion(1)
        .addEndpoints(NEW.toString())
        .addEndpoints(OLD.toString())
        .setManaging(1)
        .build();
  }
}
