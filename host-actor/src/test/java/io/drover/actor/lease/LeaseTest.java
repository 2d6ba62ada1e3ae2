package io.drover.actor.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.lease.Lease.Standing;
import io.drover.config.units.Epoch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final Duration TTL = Duration.ofSeconds(6);
  private static final WitnessList SOME = new WitnessList(4, List.of(new Witness("w1", "h:1")));
  private static final Lease HELD = Lease.opened(new Epoch(3), TTL, SOME).now(Standing.HELD);

  @Test
  void shouldTellTheGuardToRestWhenTheLeaseIsClosed() {
    Lease closed = HELD.now(Standing.CLOSED);

    LeaseTerms terms = closed.terms().orElseThrow();

    assertThat(terms)
        .isEqualTo(
            new LeaseTerms(new Epoch(3), TTL, new WitnessList(5, List.of()), Optional.empty()));
    assertThat(closed.reopened(TTL, new Epoch(3)).terms().orElseThrow().leaseEpoch())
        .isEqualTo(new Epoch(4));
  }

  @Test
  void shouldTellNothingOfALeaseThatIsBeingRevoked() {
    assertThat(HELD.now(Standing.REVOKING).terms()).isEmpty();
    assertThat(HELD.now(Standing.REVOKED).terms()).isEmpty();
  }

  @Test
  void shouldBeReopenedAboveWhatEitherSideKnows() {
    assertThat(HELD.reopened(TTL, new Epoch(1)).epoch()).isEqualTo(new Epoch(4));
    assertThat(HELD.reopened(TTL, new Epoch(9)).epoch()).isEqualTo(new Epoch(10));
  }

  @Test
  void shouldKnowWhenItsAgentWouldIgnoreIt() {
    assertThat(HELD.isBehind(status(3, 4))).isFalse();
    assertThat(HELD.isBehind(status(2, 9))).isFalse();
    assertThat(HELD.isBehind(status(3, 5))).isTrue();
    assertThat(HELD.isBehind(status(4, 1))).isTrue();
  }

  private static LeaseStatus status(long epoch, long version) {
    return new LeaseStatus(new Epoch(epoch), version, 0, false, Duration.ZERO, 0);
  }
}
