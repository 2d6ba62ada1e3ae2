package io.drover.node.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.InMemory;
import io.drover.actor.area.NodeReport.RunningCell;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.node.board.NodeCensus.Kind;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class NodeCensusTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final CellId CELL = new CellId(new AreaId("north"), 3);

  private final NodeCensus census = new NodeCensus();
  private final TestProbe<String> done = KIT.createTestProbe();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldCountEntitiesOfWhatExists() {
    ActorRef<String> vm = entity(Kind.VM);
    entity(Kind.VM);
    entity(Kind.HOST);
    assertThat(census.count(Kind.VM)).as("they have yet to say what there is").isZero();

    said(vm, "exists");
    said(vm, "exists");
    assertThat(census.count(Kind.VM)).isOne();
    assertThat(census.running()).containsExactly(new RunningCell(CELL, 1));

    said(vm, "is deleted");
    assertThat(census.count(Kind.VM)).isZero();
    assertThat(census.running()).isEmpty();
  }

  @Test
  void shouldNotCountEntitiesThatHaveLeft() {
    ActorRef<String> host = entity(Kind.HOST);
    said(host, "exists");
    assertThat(census.count(Kind.HOST)).isOne();

    KIT.stop(host);

    assertThat(census.count(Kind.HOST)).isZero();
  }

  private void said(ActorRef<String> entity, String word) {
    entity.tell(word);
    done.expectMessage(word);
  }

  private ActorRef<String> entity(Kind kind) {
    return KIT.spawn(
        CountedEntity.of(String.class, census.place(kind, CELL, () -> {}), this::behavior));
  }

  private Behavior<String> behavior(InMemory memory) {
    return Behaviors.receiveMessage(word -> {
      memory.exists(word.equals("exists"));
      done.ref().tell(word);
      return Behaviors.same();
    });
  }
}
