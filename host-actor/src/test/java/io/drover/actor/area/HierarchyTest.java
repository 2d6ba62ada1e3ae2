package io.drover.actor.area;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.config.units.AreaId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HierarchyTest {
  private final Map<AreaId, List<AreaId>> others = new HashMap<>();

  @Test
  void shouldTakeATree() {
    known("south", "core");
    known("west", "core");
    known("core");

    assertThat(objection("north", "south", "west", "core")).isEmpty();
  }

  @Test
  void shouldPrintTheCycle() {
    known("south", "west");
    known("west", "core", "north");
    known("core");

    assertThat(objection("north", "south"))
        .contains("the hierarchy would be a cycle: north → south → west → north");
    assertThat(objection("north", "north"))
        .contains("the hierarchy would be a cycle: north → north");
  }

  @Test
  void shouldNameAnAreaThatIsNotKnown() {
    assertThat(objection("north", "nowhere"))
        .contains("area nowhere, a backup of north, is not known");
  }

  @Test
  void shouldTakeEachAreaOnce() {
    known("south");

    assertThat(objection("north", "south", "south"))
        .contains("area south is twice in the hierarchy of north");
  }

  @Test
  void shouldLimitLengthAndDepth() {
    known("b", "c");
    known("c", "d");
    known("d", "e");
    known("e", "f");
    known("f");

    assertThat(objection("a", "b"))
        .contains("the hierarchy is 6 areas deep, the limit is 5: a → b → c → d → e → f");
    assertThat(objection("a", "b", "c", "d", "e", "f", "g", "h"))
        .contains("area a has 7 backups, the limit is 6");
  }

  private Optional<String> objection(String area, String... backups) {
    return Hierarchy.objection(
            new AreaId(area), areas(backups), other -> Optional.ofNullable(others.get(other)))
        .map(refusal -> refusal.detail());
  }

  private void known(String area, String... backups) {
    others.put(new AreaId(area), areas(backups));
  }

  private static List<AreaId> areas(String... names) {
    return Arrays.stream(names).map(AreaId::new).toList();
  }
}
