package io.drover.agent.lease;

import static io.drover.agent.lease.Terms.TTL;
import static io.drover.agent.lease.Terms.list;
import static io.drover.agent.lease.Terms.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.lease.Lease.Deadline;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseTest {
  private static final long TTL_NS = TTL.toNanos();
  private static final WitnessList ABC = list(1, "a", "b", "c");
  private static final WitnessList CDE = list(2, "c", "d", "e");

  private final Lease lease = new Lease();

  private void vouched(long epoch, long sentNs, String... witnesses) {
    Stream.of(witnesses).forEach(witness -> lease.vouched(witness, new Epoch(epoch), sentNs));
  }

  private void assertLastsFrom(long sentNs) {
    assertThat(lease.deadlineNs()).isEqualTo(OptionalLong.of(sentNs + TTL_NS));
  }

  @Test
  void shouldHaveNoDeadlineBeforeTheFirstMajority() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a");

    assertThat(lease.deadlineNs()).isEmpty();
  }

  @Test
  void shouldLastFromWhenTheVouchThatCompletesTheMajorityWasAskedFor() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a");
    vouched(1, 30, "c");

    assertLastsFrom(10);

    vouched(1, 20, "b");
    assertLastsFrom(20);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,2", "4,3", "5,3", "6,4", "7,4"})
  void shouldNeedMoreThanHalfOfAnyList(int witnesses, int majority) {
    String[] ids = IntStream.range(0, witnesses).mapToObj(i -> "w" + i).toArray(String[]::new);
    lease.accept(terms(1, list(1, ids)));

    for (int i = 0; i < majority - 1; i++) {
      vouched(1, 10, ids[i]);
    }
    assertThat(lease.deadlineNs()).isEmpty();

    vouched(1, 10, ids[majority - 1]);
    assertLastsFrom(10);
  }

  @Test
  void shouldNeedAMajorityOfBothListsWhileOneIsPending() {
    lease.accept(terms(1, ABC, CDE));
    vouched(1, 10, "a", "b", "c");
    assertThat(lease.deadlineNs()).isEmpty();

    vouched(1, 5, "d");

    assertLastsFrom(5);
  }

  @Test
  void shouldCountAWitnessOfBothListsInBoth() {
    lease.accept(terms(1, ABC, CDE));

    vouched(1, 10, "c", "a", "d");

    assertLastsFrom(10);
  }

  @Test
  void shouldKnowHowManyWitnessesAreSilent() {
    lease.accept(terms(1, ABC, CDE));
    assertThat(lease.silentSince(0)).isEqualTo(5);

    vouched(1, 10, "a", "b", "c");
    vouched(1, 20, "c", "d");

    assertThat(lease.silentSince(10)).isEqualTo(1);
    assertThat(lease.silentSince(11)).isEqualTo(3);
  }

  @Test
  void shouldNotCountAWitnessThatLeftTheLists() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a");
    lease.accept(terms(1, list(2, "b", "c", "d")));
    vouched(1, 20, "a", "b");

    assertThat(lease.deadlineNs()).isEmpty();
  }

  @Test
  void shouldNeverGoBackWithinAnEpoch() {
    lease.accept(terms(1, ABC));
    vouched(1, 100, "a", "b");
    vouched(1, 50, "a", "b", "c");
    assertLastsFrom(100);

    lease.accept(terms(1, CDE));
    vouched(1, 60, "c", "d");

    assertLastsFrom(100);
  }

  @Test
  void shouldIgnoreVouchesOfAnotherEpoch() {
    lease.accept(terms(2, ABC));
    vouched(1, 10, "a", "b");
    vouched(3, 10, "a", "b");

    assertThat(lease.deadlineNs()).isEmpty();
  }

  @Test
  void shouldStartAnewUnderAHigherEpoch() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a", "b");

    lease.accept(terms(2, ABC));

    assertThat(lease.deadlineNs()).isEmpty();
    vouched(2, 20, "a", "b");
    assertLastsFrom(20);
  }

  @Test
  void shouldIgnoreTermsOfALowerEpochOrOfAnOlderList() {
    lease.accept(terms(2, CDE));

    assertThat(lease.isNews(terms(1, list(9, "x")))).isFalse();
    assertThat(lease.isNews(terms(2, ABC))).isFalse();
    assertThat(lease.isNews(terms(2, CDE))).as("a repetition").isFalse();
    assertThat(lease.isNews(terms(2, CDE, list(3, "x")))).isTrue();
    assertThat(lease.isNews(terms(3, ABC))).as("lists start anew with an epoch").isTrue();

    lease.accept(terms(2, CDE, list(3, "x")));
    assertThat(lease.isNews(terms(2, CDE))).as("of before the third was proposed").isFalse();
    assertThat(lease.isNews(terms(2, CDE, list(4, "y")))).isTrue();
    assertThat(lease.isNews(terms(2, list(3, "x")))).isTrue();
    assertThatThrownBy(() -> lease.accept(terms(1, ABC)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldStartAnewUnderAnotherName() {
    lease.accept(terms(5, ABC));
    vouched(5, 10, "a", "b");
    HostId renamed = HostId.parse("host-north-04-renamed");
    LeaseTerms others = new LeaseTerms(renamed, new Epoch(5), TTL, ABC, Optional.empty());

    assertThat(lease.isNews(others)).isTrue();
    lease.accept(others);

    assertThat(lease.deadlineNs()).as("nobody vouched for this one").isEmpty();
  }

  @Test
  void shouldHaveNoLeaseWithoutWitnesses() {
    LeaseTerms nobody = terms(1, WitnessList.empty(1));
    lease.accept(nobody);
    vouched(1, 10, "a", "b");

    assertThat(nobody.isAsked()).isFalse();
    assertThat(terms(1, ABC, WitnessList.empty(2)).isAsked()).isFalse();
    assertThat(lease.deadlineNs()).isEmpty();
  }

  @Test
  void shouldRefuseAListThatCountsAWitnessTwice() {
    assertThatThrownBy(() -> list(1, "a", "b", "a")).hasMessageContaining("twice");
  }

  @Test
  void shouldAcknowledgeFirstTermsAtOnce() {
    lease.accept(terms(1, ABC));

    assertThat(lease.acknowledged(0)).contains(terms(1, ABC));
  }

  @Test
  void shouldAcknowledgeNewListsOnceTheyHaveVouchedForAllItReliesOn() {
    lease.accept(terms(1, ABC));
    assertThat(lease.acknowledged(0)).contains(terms(1, ABC));
    vouched(1, 10, "a", "b");

    lease.accept(terms(1, ABC, CDE));
    assertThat(lease.acknowledged(11))
        .as("whoever revokes at c, d and e learns nothing of a and b")
        .contains(terms(1, ABC));
    vouched(1, 20, "b", "c", "d");

    assertThat(lease.acknowledged(21)).contains(terms(1, ABC, CDE));
  }

  @Test
  void shouldAcknowledgeNewListsOnceWhatTheOldOnesGaveIsOver() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a", "b");
    lease.accept(terms(2, CDE));

    assertThat(lease.acknowledged(9 + TTL_NS)).isEmpty();
    assertThat(lease.acknowledged(10 + TTL_NS)).contains(terms(2, CDE));
  }

  @Test
  void shouldGoOnWithItsDeadlineAfterARestart() {
    lease.accept(terms(1, ABC, CDE));
    vouched(1, 10, "a", "c", "d");
    Deadline left = lease.deadline().orElseThrow();

    Lease next = new Lease();
    next.restore(terms(1, ABC, CDE), left);

    assertThat(left).isEqualTo(new Deadline(new Epoch(1), 1, 2, 10 + TTL_NS));
    assertThat(next.deadlineNs()).isEqualTo(OptionalLong.of(10 + TTL_NS));
    assertThat(next.acknowledged(11)).contains(terms(1, ABC, CDE));
    next.vouched("a", new Epoch(1), 20);
    assertThat(next.deadlineNs()).isEqualTo(OptionalLong.of(10 + TTL_NS));
    assertThat(next.isNews(terms(1, ABC, CDE))).isFalse();
  }

  @Test
  void shouldNotTakeAnEarlierEpochsDeadlineForItsOwnAfterARestart() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a", "b");
    Deadline left = lease.deadline().orElseThrow();

    Lease next = new Lease();
    next.restore(terms(2, ABC), left);

    assertThat(next.deadlineNs()).isEmpty();
    assertThat(next.acknowledged(11)).isEmpty();
    assertThat(next.acknowledged(10 + TTL_NS)).contains(terms(2, ABC));
  }

  @Test
  void shouldNotAcknowledgeAfterARestartWhatItsDeadlineDoesNotComeFrom() {
    lease.accept(terms(1, ABC));
    vouched(1, 10, "a", "b");
    Deadline left = lease.deadline().orElseThrow();

    Lease next = new Lease();
    next.restore(terms(1, ABC, CDE), left);

    assertThat(next.deadlineNs()).isEqualTo(OptionalLong.of(10 + TTL_NS));
    assertThat(next.acknowledged(11)).isEmpty();
  }

  @Test
  void shouldAgreeWithADefinitionThatOnlyCounts() {
    long seed = Long.getLong("drover.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int run = 0; run < 500; run++) {
      followOneHistory(random, "seed " + seed + ", run " + run);
    }
  }

  /** Random vouches and list changes of one epoch, checked after each. */
  private static void followOneHistory(Random random, String name) {
    Lease tried = new Lease();
    LeaseTerms now = randomTerms(random, 1);
    tried.accept(now);
    Map<String, Long> asked = new HashMap<>();
    long expected = Long.MIN_VALUE;
    for (int step = 1; step < 60; step++) {
      if (random.nextInt(10) == 0) {
        now = randomTerms(random, step + 1);
        tried.accept(now);
        asked.keySet().retainAll(now.witnesses().stream().map(WitnessList.Witness::id).toList());
      } else {
        String witness = "w" + random.nextInt(9);
        long sentNs = random.nextInt(step * 10);
        tried.vouched(witness, new Epoch(1), sentNs);
        if (now.witnesses().stream().anyMatch(w -> w.id().equals(witness))) {
          asked.merge(witness, sentNs, Math::max);
        }
      }
      expected = Math.max(expected, latestMomentOfAMajority(now, asked) + TTL_NS);
      assertThat(tried.deadlineNs())
          .as(name + ", step " + step)
          .isEqualTo(expected < 0 ? OptionalLong.empty() : OptionalLong.of(expected));
    }
  }

  private static LeaseTerms randomTerms(Random random, long version) {
    WitnessList active = randomList(random, version);
    return random.nextBoolean()
        ? terms(1, active)
        : terms(1, active, randomList(random, version + 1));
  }

  private static WitnessList randomList(Random random, long version) {
    List<String> ids = new ArrayList<>(IntStream.range(0, 9).mapToObj(i -> "w" + i).toList());
    Collections.shuffle(ids, random);
    return list(version, ids.subList(0, 1 + random.nextInt(7)).toArray(String[]::new));
  }

  /** The latest moment since which a majority of each list was asked; far negative for none. */
  private static long latestMomentOfAMajority(LeaseTerms terms, Map<String, Long> asked) {
    return asked.values().stream()
        .sorted(Comparator.reverseOrder())
        .filter(moment -> terms.lists().allMatch(list -> hasMajority(list, asked, moment)))
        .findFirst()
        .orElse(Long.MIN_VALUE / 2);
  }

  private static boolean hasMajority(WitnessList list, Map<String, Long> asked, long sinceNs) {
    long count =
        list.witnesses().stream()
            .filter(w -> asked.getOrDefault(w.id(), Long.MIN_VALUE) >= sinceNs)
            .count();
    return 2 * count > list.witnesses().size();
  }
}
