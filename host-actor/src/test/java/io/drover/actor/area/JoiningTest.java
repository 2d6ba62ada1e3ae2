package io.drover.actor.area;

import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.Samples;
import io.drover.actor.area.Area.Event;
import io.drover.actor.area.Area.Reply;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.HostId;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class JoiningTest {
  private static final AreaId SOUTH = new AreaId("south");

  private final KnownFleet fleet = new KnownFleet().area(SOUTH).node("n1", NORTH, 1);
  private final TestInbox<Reply> inbox = TestInbox.create();
  private final Joining joining = new Joining();

  private static HostId host(int number) {
    return new HostId(new CellId(NORTH, 3), "h" + number);
  }

  private static AreaState.Home home() {
    AreaState defined =
        AreaState.evolve(new AreaState.Undefined(), new Event.AreaDefined(NORTH, 8, NOW));
    return (AreaState.Home)
        AreaState.evolve(
            defined, new Event.PolicySet(AreaPolicy.DEFAULT.withBackups(List.of(SOUTH)), NOW));
  }

  private Joining.Batch next() {
    return joining.next(home(), fleet, Samples.areas().burst(), NOW);
  }

  @Test
  void shouldWriteDownTogetherWhoComesTogether() {
    assertThat(joining.add(host(1), inbox.getRef())).isTrue();
    assertThat(joining.add(host(2), inbox.getRef())).isFalse();
    assertThat(joining.add(host(1), inbox.getRef())).as("asked again").isFalse();

    Joining.Batch batch = next();
    assertThat(batch.events())
        .containsExactly(new Event.HostJoined(host(1), NOW), new Event.HostJoined(host(2), NOW));
    assertThat(inbox.hasMessages()).as("before it is written").isFalse();
    joining.joined(batch);

    assertThat(inbox.getAllReceived())
        .containsExactly(
            new Reply.HostIs(host(1)), new Reply.HostIs(host(1)), new Reply.HostIs(host(2)));
    assertThat(joining.size()).isZero();
    assertThat(joining.add(host(3), inbox.getRef())).isTrue();
  }

  @Test
  void shouldHandOverACellOnceHoweverManyOfItsHostsCome() {
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT).node("s1", SOUTH, 0);
    joining.add(host(1), inbox.getRef());
    joining.add(host(2), inbox.getRef());

    assertThat(next().events())
        .satisfiesExactly(
            lent ->
                assertThat(lent)
                    .isInstanceOfSatisfying(
                        Event.CellsLent.class, e -> assertThat(e.cells()).isEqualTo(Set.of(3))),
            first -> assertThat(first).isEqualTo(new Event.HostJoined(host(1), NOW)),
            second -> assertThat(second).isEqualTo(new Event.HostJoined(host(2), NOW)));
  }

  @Test
  void shouldCountThoseThatComeTogether() {
    fleet.node("n1", NORTH, KnownFleet.HOST_LIMIT - 1).node("s1", SOUTH, 0);
    for (int i = 0; i < KnownFleet.HOST_LIMIT + 1; i++) {
      joining.add(new HostId(new CellId(NORTH, i % 8), "h" + i), inbox.getRef());
    }

    assertThat(next().events()).filteredOn(e -> e instanceof Event.CellsLent).hasSize(1);
  }

  @Test
  void shouldWriteOnlySoManyAtOnce() {
    for (int i = 0; i <= Joining.BATCH; i++) {
      joining.add(host(i), inbox.getRef());
    }

    joining.joined(next());

    assertThat(inbox.getAllReceived()).hasSize(Joining.BATCH);
    assertThat(joining.size()).isEqualTo(1);
  }
}
