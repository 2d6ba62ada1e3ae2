package io.drover.agent.lease;

import static io.drover.agent.lease.Terms.HOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.lease.WitnessBook.Answer;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WitnessBookTest {
  private static final HostId OTHER = HostId.parse("host-north-04-h2");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Disk disk = new Disk();
  private final WitnessBook book = new WitnessBook(disk, 0);

  /** Keeps what is written, or fails, or does something first. */
  private static final class Disk implements Revocations {
    private final Map<HostId, Epoch> written = new HashMap<>();
    private Runnable before = () -> {};
    private int writes;

    @Override
    public Map<HostId, Epoch> all() {
      return Map.copyOf(written);
    }

    @Override
    public void record(HostId host, Epoch epoch) {
      before.run();
      writes++;
      written.put(host, epoch);
    }
  }

  private static Epoch epoch(long value) {
    return new Epoch(value);
  }

  private static long at(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void shouldVouchUntilTheEpochIsRevoked() {
    assertThat(book.vouch(HOST, epoch(3), at(1))).isTrue();

    Answer answer = book.revoke(HOST, epoch(3), at(2));

    assertThat(answer).isEqualTo(new Answer(true, SECOND));
    assertThat(book.vouch(HOST, epoch(3), at(3))).isFalse();
    assertThat(book.vouch(HOST, epoch(2), at(3))).as("and all before it").isFalse();
    assertThat(book.vouch(HOST, epoch(4), at(3))).isTrue();
    assertThat(book.vouch(OTHER, epoch(3), at(3))).isTrue();
  }

  @Test
  void shouldRememberRevocationsOverARestart() {
    book.revoke(HOST, epoch(3), at(1));

    WitnessBook next = new WitnessBook(disk, at(5));

    assertThat(next.vouch(HOST, epoch(3), at(6))).isFalse();
    assertThat(next.look(HOST, epoch(3), at(7)).revoked()).isTrue();
  }

  @Test
  void shouldAssumeAfterARestartThatItVouchedUntilJustBefore() {
    book.vouch(HOST, epoch(3), at(1));

    WitnessBook next = new WitnessBook(disk, at(100));

    assertThat(next.look(HOST, epoch(3), at(101)).lastVouchAge()).isEqualTo(SECOND);
  }

  @Test
  void shouldRevokeNothingWhenItIsOnlyLookedAt() {
    book.vouch(HOST, epoch(3), at(1));

    assertThat(book.look(HOST, epoch(3), at(2))).isEqualTo(new Answer(false, SECOND));
    assertThat(disk.writes).isZero();
    assertThat(book.vouch(HOST, epoch(3), at(3))).isTrue();
  }

  @Test
  void shouldNotTakeARevocationBack() {
    book.revoke(HOST, epoch(5), at(1));

    assertThat(book.revoke(HOST, epoch(3), at(2)).revoked()).isTrue();
    assertThat(book.revoke(HOST, epoch(5), at(3)).revoked()).isTrue();

    assertThat(disk.writes).as("nothing new to write").isOne();
    assertThat(book.vouch(HOST, epoch(4), at(4))).isFalse();
  }

  @Test
  void shouldNotAnswerRevokedWhenItCannotBeWritten() {
    disk.before =
        () -> {
          throw new IllegalStateException("disk full");
        };

    assertThatThrownBy(() -> book.revoke(HOST, epoch(3), at(1))).hasMessage("disk full");

    assertThat(book.look(HOST, epoch(3), at(2)).revoked()).isFalse();
    assertThat(book.vouch(HOST, epoch(3), at(2))).isTrue();
  }

  @Test
  void shouldCountAVouchThatWasGivenWhileTheRevocationWasWritten() {
    book.vouch(HOST, epoch(3), at(1));
    disk.before = () -> assertThat(book.vouch(HOST, epoch(3), at(9))).isTrue();

    Answer answer = book.revoke(HOST, epoch(3), at(8));

    assertThat(answer).isEqualTo(new Answer(true, Duration.ZERO));
  }

  @Test
  void shouldForgetWhenASilentHostWasHeardAndNeverWhatWasRevoked() {
    book.vouch(HOST, epoch(3), at(1));
    book.vouch(OTHER, epoch(1), at(1));
    book.revoke(HOST, epoch(3), at(2));
    long later = WitnessBook.SILENCE_REMEMBERED.toNanos() + at(2);

    HostId third = HostId.parse("host-north-05-h3");
    book.vouch(third, epoch(1), later);

    assertThat(book.size()).isEqualTo(2);
    assertThat(book.vouch(HOST, epoch(3), later)).isFalse();
    assertThat(book.look(OTHER, epoch(1), later).lastVouchAge())
        .isGreaterThan(WitnessBook.SILENCE_REMEMBERED);
  }
}
