package io.drover.actor.lease;

import static io.drover.actor.Samples.H1;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.units.HostId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WitnessChoiceTest {
  @Test
  void shouldGiveNoLeaseThatOneDeadWitnessWouldCost() {
    assertThat(choose(hosts("north", 2))).isEmpty();
    assertThat(choose(and(hosts("north", 1), nodes(3)))).isEmpty();
  }

  /** Of three hosts one is dead: it must not be what the next loss needs. */
  @Test
  void shouldReplaceADeadHostByControlNodesWhenNoHostIsLeft() {
    List<WitnessCandidate> before = and(hosts("north", 1), and(hosts("south", 1), nodes(3)));
    List<Witness> current = choose(before);
    assertThat(current).extracting(Witness::id).anyMatch(id -> id.contains("north"));
    List<WitnessCandidate> left = and(hosts("south", 1), nodes(3));

    List<Witness> next = WitnessChoice.choose(H1, "", left, current, true);

    assertThat(next).hasSize(3);
    assertThat(next).extracting(Witness::id).noneMatch(id -> id.contains("north-"));
    assertThat(next).extracting(Witness::id).anyMatch(id -> id.contains("south"));
    assertThat(WitnessChoice.choose(H1, "", before, next, false))
        .as("hosts are the majority again when they can")
        .filteredOn(w -> w.id().startsWith("node-"))
        .hasSizeLessThanOrEqualTo(1);
    assertThat(WitnessChoice.choose(H1, "", nodes(2), current, true))
        .as("no three are left")
        .isEmpty();
    assertThat(WitnessChoice.choose(H1, "", left, current, false))
        .as("all are heard: who asks has only just started")
        .isEmpty();
  }

  @Test
  void shouldLetHostsBeTheMajority() {
    List<Witness> chosen = choose(and(hosts("north", 3), nodes(5)));

    assertThat(chosen).hasSize(5);
    assertThat(chosen.stream().filter(w -> w.id().startsWith("node-"))).hasSize(2);
  }

  @Test
  void shouldTakeAnOddNumberAndNeverMoreThanTheLimit() {
    for (int hosts = 0; hosts < 20; hosts++) {
      for (int nodes = 0; nodes < 8; nodes++) {
        List<Witness> chosen = choose(and(hosts("north", hosts), nodes(nodes)));
        long control = chosen.stream().filter(w -> w.id().startsWith("node-")).count();
        assertThat(chosen).hasSizeLessThanOrEqualTo(WitnessChoice.LIMIT);
        assertThat(chosen.isEmpty() || chosen.size() % 2 == 1).isTrue();
        assertThat(control * 2).isLessThanOrEqualTo(Math.max(0, chosen.size() - 1));
      }
    }
  }

  @Test
  void shouldFindAMajorityAtHomeAndTheRestElsewhere() {
    List<Witness> chosen = choose(and(hosts("north", 9), hosts("south", 9)));

    assertThat(chosen.stream().filter(w -> w.id().contains("north"))).hasSize(4);
    assertThat(chosen.stream().filter(w -> w.id().contains("south"))).hasSize(3);
  }

  /** One host and one node in each of three areas: two of its three witnesses are elsewhere. */
  @Test
  void shouldNotRelyOnASingleOtherArea() {
    List<WitnessCandidate> all = new ArrayList<>();
    for (String area : List.of("north", "south", "east")) {
      all.add(node(area));
      if (!area.equals("north")) {
        all.addAll(hosts(area, 1));
      }
    }

    for (int i = 0; i < 20; i++) {
      HostId host = HostId.parse("host-north-00-h" + i);
      List<Witness> chosen = WitnessChoice.choose(host, "", all, List.of(), false);
      List<WitnessCandidate> few = and(hosts("south", 1), List.of(all.get(2), all.get(4)));
      List<Witness> early = WitnessChoice.choose(host, "", few, List.of(), false);

      assertThat(chosen)
          .extracting(Witness::id)
          .containsExactly("host-east-00-w0", "host-south-00-w0", "node-north");
      assertThat(WitnessChoice.choose(host, "", all, early, false)).isEqualTo(chosen);
    }
  }

  @Test
  void shouldNotRelyOnTheHostsOwnRack() {
    List<WitnessCandidate> candidates = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      candidates.add(candidate("north", i, i < 6 ? "r1" : "r" + i));
    }

    List<Witness> chosen = WitnessChoice.choose(H1, "r1", candidates, List.of(), false);

    assertThat(chosen.stream().map(Witness::id).filter(id -> number(id) < 6)).hasSize(1);
  }

  @Test
  void shouldSpreadOverRacks() {
    List<WitnessCandidate> candidates = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      candidates.add(candidate("north", i, "r" + i % 7));
    }

    List<Witness> chosen = WitnessChoice.choose(H1, "", candidates, List.of(), false);

    assertThat(chosen.stream().map(w -> number(w.id()) % 7)).doesNotHaveDuplicates();
  }

  @Test
  void shouldNeverChooseTheHostItself() {
    List<WitnessCandidate> candidates = new ArrayList<>(hosts("north", 3));
    candidates.add(new WitnessCandidate(new Witness(H1.text(), "127.0.0.1:1"), "north", "", false));

    assertThat(choose(candidates)).noneMatch(w -> w.id().equals(H1.text())).hasSize(3);
  }

  @Test
  void shouldChangeAsLittleAsPossible() {
    Random random = new Random(7);
    List<WitnessCandidate> all = new ArrayList<>(and(hosts("north", 20), hosts("south", 20)));
    List<Witness> current = choose(all);
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(all, random);
      assertThat(WitnessChoice.choose(H1, "", all, current, false)).isEqualTo(current);
    }

    Witness dead = current.get(3);
    List<WitnessCandidate> rest = all.stream().filter(c -> !c.id().equals(dead.id())).toList();
    Set<Witness> kept = new HashSet<>(WitnessChoice.choose(H1, "", rest, current, true));
    kept.retainAll(current);

    assertThat(kept).hasSize(6).doesNotContain(dead);
  }

  @Test
  void shouldFollowAWitnessToItsNewEndpoint() {
    List<Witness> current = choose(hosts("north", 3));
    List<WitnessCandidate> moved =
        hosts("north", 3).stream()
            .map(c ->
                new WitnessCandidate(new Witness(c.id(), "10.0.0.9:1"), c.area(), c.rack(), false))
            .toList();

    assertThat(WitnessChoice.choose(H1, "", moved, current, false))
        .allMatch(w -> w.endpoint().equals("10.0.0.9:1"));
  }

  private static List<Witness> choose(List<WitnessCandidate> candidates) {
    return WitnessChoice.choose(H1, "", candidates, List.of(), false);
  }

  private static List<WitnessCandidate> hosts(String area, int count) {
    return IntStream.range(0, count).mapToObj(i -> candidate(area, i, "")).toList();
  }

  private static WitnessCandidate candidate(String area, int number, String rack) {
    return new WitnessCandidate(
        new Witness("host-" + area + "-00-w" + number, "127.0.0.1:" + (2000 + number)),
        area,
        rack,
        false);
  }

  private static List<WitnessCandidate> nodes(int count) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            new WitnessCandidate(
                new Witness("node-" + i, "127.0.0.1:" + (7200 + i)), "north", "", true))
        .toList();
  }

  private static WitnessCandidate node(String area) {
    return new WitnessCandidate(new Witness("node-" + area, "127.0.0.1:7300"), area, "", true);
  }

  private static List<WitnessCandidate> and(
      List<WitnessCandidate> some, List<WitnessCandidate> others) {
    List<WitnessCandidate> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(id.lastIndexOf('w') + 1));
  }
}
