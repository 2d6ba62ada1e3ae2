package io.drover.multinode.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.multinode.check.Linearization.Answer;
import io.drover.multinode.check.Linearization.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a search that tries every order, on registers. */
class LinearizationTest {
  private static final long STEPS = 1_000_000;
  private static final int HISTORIES = 3_000;

  /** A write of a value, or a read that saw it. */
  private record Access(boolean isWrite, int value) {}

  private static final Linearization.Model<Integer, Access> REGISTER =
      new Linearization.Model<>() {
        @Override
        public Integer initial() {
          return 0;
        }

        @Override
        public Optional<Integer> after(Integer state, Access access) {
          return access.isWrite() || access.value() == state
              ? Optional.of(access.value())
              : Optional.empty();
        }
      };

  private static Span<Access> write(int value, long startNs, long endNs) {
    return new Span<>(startNs, endNs, new Access(true, value));
  }

  private static Span<Access> read(int value, long startNs, long endNs) {
    return new Span<>(startNs, endNs, new Access(false, value));
  }

  @Test
  void shouldAllowAReadToSeeAConcurrentWriteOrNot() {
    assertThat(answer(List.of(write(1, 0, 10), read(1, 5, 6)))).isEqualTo(Answer.LINEARIZABLE);
    assertThat(answer(List.of(write(1, 0, 10), read(0, 5, 6)))).isEqualTo(Answer.LINEARIZABLE);
  }

  @Test
  void shouldRefuseAStaleRead() {
    assertThat(answer(List.of(write(1, 0, 4), read(0, 5, 6)))).isEqualTo(Answer.NOT_LINEARIZABLE);
  }

  @Test
  void shouldRefuseAWriteThatIsSeenAndThenNot() {
    assertThat(answer(List.of(write(1, 0, 20), read(1, 2, 4), read(0, 5, 6))))
        .isEqualTo(Answer.NOT_LINEARIZABLE);
  }

  @Test
  void shouldLetAnUnknownWriteHappenLateOrNever() {
    Span<Access> unknown = write(1, 0, Linearization.NEVER);
    assertThat(answer(List.of(unknown, read(0, 100, 101)))).isEqualTo(Answer.LINEARIZABLE);
    assertThat(answer(List.of(unknown, read(0, 100, 101), read(1, 102, 103))))
        .isEqualTo(Answer.LINEARIZABLE);
    assertThat(answer(List.of(unknown, read(1, 100, 101), read(0, 102, 103))))
        .isEqualTo(Answer.NOT_LINEARIZABLE);
  }

  @Test
  void shouldSayWhenItGaveUp() {
    var search = new Linearization<>(REGISTER, List.of(write(1, 0, 4), read(1, 5, 6)), 1);
    assertThat(search.search()).isEqualTo(Answer.UNDECIDED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldAgreeWithTheSearchThatTriesEveryOrder(long seed) {
    Random random = new Random(seed);
    int linearizable = 0;
    for (int i = 0; i < HISTORIES; i++) {
      List<Span<Access>> history = random(random);
      boolean expected = isLinearizable(REGISTER.initial(), history, new ArrayList<>());
      assertThat(answer(history) == Answer.LINEARIZABLE).as(history.toString()).isEqualTo(expected);
      linearizable += expected ? 1 : 0;
    }
    assertThat(linearizable).as("both kinds occur").isBetween(HISTORIES / 10, 9 * HISTORIES / 10);
  }

  private static List<Span<Access>> random(Random random) {
    List<Span<Access>> history = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      long start = random.nextInt(30);
      long end = random.nextInt(8) == 0 ? Linearization.NEVER : start + random.nextInt(12);
      boolean isWrite = end == Linearization.NEVER || random.nextBoolean();
      history.add(new Span<>(start, end, new Access(isWrite, random.nextInt(3))));
    }
    return history;
  }

  private static Answer answer(List<Span<Access>> history) {
    return new Linearization<>(REGISTER, history, STEPS).search();
  }

  private static boolean isLinearizable(
      int state, List<Span<Access>> history, List<Span<Access>> done) {
    List<Span<Access>> rest = new ArrayList<>(history);
    done.forEach(rest::remove);
    if (rest.stream().allMatch(span -> span.endNs() == Linearization.NEVER)) {
      return true;
    }
    for (Span<Access> next : rest) {
      boolean isFirst = rest.stream().noneMatch(other -> other.endNs() < next.startNs());
      Optional<Integer> after = REGISTER.after(state, next.operation());
      if (isFirst && after.isPresent()) {
        List<Span<Access>> more = new ArrayList<>(done);
        more.add(next);
        if (isLinearizable(after.get(), history, more)) {
          return true;
        }
      }
    }
    return false;
  }
}
