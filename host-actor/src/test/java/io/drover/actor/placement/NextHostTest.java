package io.drover.actor.placement;

import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.H3;
import static io.drover.actor.Samples.M1;
import static io.drover.actor.Samples.M2;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.SPEC;
import static io.drover.actor.Samples.VM;
import static io.drover.actor.Samples.embedded;
import static io.drover.actor.Samples.pulse;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.drover.actor.api.Refusal;
import io.drover.actor.host.HostOffer;
import io.drover.config.settings.MoveSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.units.ByteSize;
import io.drover.config.units.EntityId;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The budget of moves, whoever asked for them. */
class NextHostTest {
  private static final PlacementRequest REQUEST =
      new PlacementRequest(SPEC, Optional.of(H3), Optional.empty());

  private final Inventory inventory = new Inventory();

  @Test
  void shouldAskNoHostToWhichEnoughMigrationsGo() {
    inventory.put(offer(H1, M2));
    inventory.put(offer(H2));

    assertThat(next(M1, 1, 10)).isEqualTo(new NextHost.Ask(H2));
    assertThat(next(VM, 1, 10)).as("a new VM is no move").isEqualTo(new NextHost.Ask(H1));
  }

  @Test
  void shouldSayThatAllTargetsAreBusy() {
    inventory.put(offer(H1, M2));

    assertThat(((NextHost.None) next(M1, 1, 10)).refusal().hosts())
        .containsExactly(
            new Refusal.HostReason(
                H1.text(), "1 migrations to it are under way (limit per-host 1)"));
  }

  @Test
  void shouldRefuseOneMoreThanTheAreasBudgetWithFigures() {
    inventory.put(offer(H1, M2));
    inventory.put(offer(H2));

    Refusal refusal = ((NextHost.None) next(M1, 10, 1)).refusal();

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
    assertThat(refusal.facts()).containsEntry("limit", "1").containsEntry("value", "1");
  }

  @Test
  void shouldCountAMigrationWhoseClaimIsUnderWayAndNeverItself() {
    inventory.put(offer(H1));
    inventory.reserve(M2.text(), H1, SPEC.resources());

    assertThat(next(M1, 10, 1)).isInstanceOf(NextHost.None.class);
    assertThat(next(M2, 1, 1)).isEqualTo(new NextHost.Ask(H1));
  }

  @Test
  void shouldLookAtNoOtherHostThanTheOneThatIsWanted() {
    inventory.put(offer(H1));
    inventory.put(offer(H2));
    inventory.reserve(M2.text(), H1, SPEC.resources());

    assertThat(inventory.offersFor(VM, Optional.of(H1)))
        .singleElement()
        .isEqualTo(offer(H1).plus(SPEC.resources(), List.of(M2.text())));
    assertThat(inventory.offersFor(M1, Optional.of(H1))).as("a move counts all").hasSize(2);
    assertThat(inventory.offersFor(VM, Optional.of(H3))).as("to say why").hasSize(2);
  }

  private NextHost next(EntityId owner, int perHost, int perArea) {
    MoveSettings budget =
        MoveSettings.from(
            ConfigFactory.parseMap(
                    Map.of("drover.moves.per-host", perHost, "drover.moves.per-area", perArea))
                .withFallback(SettingsFile.load(Optional.empty())));
    return NextHost.of(NORTH, owner, REQUEST, inventory.offers(), Map.of(), budget);
  }

  private static HostOffer offer(HostId host, EntityId... incoming) {
    return new HostOffer(
        host,
        1,
        true,
        false,
        new Resources(4000, ByteSize.ofMib(1024)),
        Resources.NONE,
        List.of(embedded()),
        List.of(pulse()),
        Map.of(),
        Stream.of(incoming).map(EntityId::text).toList(),
        new HostOffer.Safety("", false, Optional.empty(), "", ""));
  }
}
