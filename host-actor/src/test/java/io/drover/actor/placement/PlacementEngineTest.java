package io.drover.actor.placement;

import static io.drover.actor.Samples.CELL;
import static io.drover.actor.Samples.H1;
import static io.drover.actor.Samples.H2;
import static io.drover.actor.Samples.H3;
import static io.drover.actor.Samples.NORTH;
import static io.drover.actor.Samples.embedded;
import static io.drover.actor.Samples.pulse;
import static io.drover.actor.agent.ImageArguments.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.Refusal.HostReason;
import io.drover.actor.host.HostOffer;
import io.drover.config.units.ByteSize;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlacementEngineTest {
  private static final Resources CAPACITY = new Resources(4000, ByteSize.ofMib(1024));

  @Test
  void shouldChooseTheHostThatIsLeftWithTheLeast() {
    List<HostOffer> offers = List.of(offer(H1, 0), offer(H2, 512), offer(H3, 1000));

    assertThat(PlacementEngine.rank(request(64), offers)).containsExactly(H2, H1);
  }

  @Test
  void shouldGiveTheFirstReasonAgainstEachHost() {
    List<HostOffer> offers = List.of(offer(H1, 1000), offer(H2, 0), offer(H3, 0));
    PlacementRequest migration = new PlacementRequest(spec(64), Optional.of(H2), Optional.empty());

    Refusal refusal =
        PlacementEngine.refusal(NORTH, migration, offers, Map.of(H3, "it was taken meanwhile"));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_CAPACITY);
    assertThat(refusal.hosts())
        .containsExactly(
            new HostReason(H1.text(), "memory: 64 MiB asked, 24 MiB free of 1 GiB"),
            new HostReason(H2.text(), "it is the source"),
            new HostReason(H3.text(), "it was taken meanwhile"));
  }

  @Test
  void shouldCountAClaimUnderWayAtOnce() {
    Inventory inventory = new Inventory();
    inventory.put(offer(H1, 960));
    assertThat(PlacementEngine.rank(request(64), inventory.offers())).containsExactly(H1);

    inventory.reserve("vm-a", H1, spec(64).resources());
    assertThat(PlacementEngine.rank(request(64), inventory.offers())).isEmpty();

    inventory.settle("vm-a");
    assertThat(PlacementEngine.rank(request(64), inventory.offers())).containsExactly(H1);
  }

  @Test
  void shouldIgnoreAnOfferOlderThanTheOneItHas() {
    Inventory inventory = new Inventory();
    inventory.put(offer(H1, 5, 1000));
    inventory.put(offer(H1, 4, 0));

    assertThat(PlacementEngine.rank(request(64), inventory.offers())).isEmpty();
  }

  @Test
  void shouldSayThatAWantedHostIsNotThere() {
    PlacementRequest wanted = new PlacementRequest(spec(64), Optional.empty(), Optional.of(H3));

    Refusal refusal = PlacementEngine.refusal(NORTH, wanted, List.of(offer(H1, 0)), Map.of());

    assertThat(refusal.hosts()).containsExactly(new HostReason(H3.text(), "no such host"));
  }

  @Test
  void shouldRefuseArgumentsThatTheImageRefuses() {
    List<HostOffer> offers = List.of(offer(H1, 0), offer(H2, 0));

    assertThat(refusal(Map.of("rate", "1", "speed", "7"), offers))
        .satisfies(r -> assertThat(r.kind()).isEqualTo(Refusal.Kind.INVALID))
        .extracting(Refusal::detail)
        .isEqualTo(
            "argument \"speed\" of image \"pulse\" does not exist: the image has [mode, rate]");
    assertThat(refusal(Map.of("rate", "0"), offers).detail())
        .isEqualTo(
            "argument \"rate\" of image \"pulse\" must be a whole number from 1 to 1000: \"0\"");
    assertThat(refusal(Map.of("mode", "loud"), offers).detail())
        .isEqualTo("argument \"mode\" of image \"pulse\" must be one of [steady, burst]: \"loud\"");
    assertThat(PlacementEngine.rank(request(Map.of("mode", "burst", "rate", "1")), offers))
        .containsExactly(H1, H2);
  }

  @Test
  void shouldLetOnlyHostsWithTheImageJudgeItsArguments() {
    HostOffer without = offer(H2, 0, List.of());
    Map<String, String> wrong = Map.of("mode", "loud");

    assertThat(refusal(wrong, List.of(offer(H1, 0), without)).kind())
        .isEqualTo(Refusal.Kind.INVALID);
    assertThat(refusal(wrong, List.of(without)).kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
  }

  @Test
  void shouldAcceptWhatAnAgentOfBeforeDoesNotSay() {
    ImageSupport p = pulse();
    ImageSupport unsaid =
        new ImageSupport(
            p.name(), p.hypervisor(), p.size(), p.sha256(), p.minMemory(), true, "", UNKNOWN);

    assertThat(
            PlacementEngine.rank(
                request(Map.of("mode", "loud")), List.of(offer(H1, 0, List.of(unsaid)))))
        .containsExactly(H1);
  }

  @Test
  void shouldRefuseAGuestLargerThanItsHypervisorMakes() {
    HostOffer huge =
        new HostOffer(
            H1,
            1,
            true,
            false,
            new Resources(4000, ByteSize.ofMib(16384)),
            Resources.NONE,
            List.of(embedded()),
            List.of(pulse()),
            Map.of());

    assertThat(PlacementEngine.refusal(NORTH, request(8192), List.of(huge), Map.of()).hosts())
        .extracting(HostReason::reason)
        .containsExactly(
            "a guest under hypervisor embedded has at most 4 GiB of memory: 8 GiB asked");
  }

  @Test
  void shouldRefuseMemoryThatTheHypervisorCannotGive() {
    Resources odd = new Resources(100, new ByteSize((64 << 20) + 1));
    GuestSpec spec = new GuestSpec("pulse", odd, Map.of());
    PlacementRequest request = new PlacementRequest(spec, Optional.empty(), Optional.empty());

    assertThat(PlacementEngine.refusal(NORTH, request, List.of(offer(H1, 0)), Map.of()).hosts())
        .singleElement()
        .extracting(HostReason::reason)
        .isEqualTo(
            "memory under hypervisor embedded must be a multiple of 64 KiB: 67108865 bytes asked");
  }

  @Property(tries = 200)
  void shouldRankOnlyHostsThatFitAndTheSameWayInAnyOrder(
      @ForAll long seed,
      @ForAll @IntRange(max = 30) int hosts,
      @ForAll @IntRange(max = 1200) int mib) {
    Random random = new Random(seed);
    List<HostOffer> offers =
        new ArrayList<>(
            IntStream.range(0, hosts)
                .mapToObj(i -> offer(new HostId(CELL, "h" + i), random.nextInt(1025)))
                .toList());
    List<HostId> ranked = PlacementEngine.rank(request(mib), offers);
    Collections.shuffle(offers, random);

    assertThat(PlacementEngine.rank(request(mib), offers)).isEqualTo(ranked);
    assertThat(offers)
        .allSatisfy(o ->
            assertThat(ranked.contains(o.host()))
                .isEqualTo(spec(mib).resources().fitsIn(o.free()) && mib > 0));
  }

  private static Refusal refusal(Map<String, String> arguments, List<HostOffer> offers) {
    return PlacementEngine.refusal(NORTH, request(arguments), offers, Map.of());
  }

  private static PlacementRequest request(Map<String, String> arguments) {
    GuestSpec spec = new GuestSpec("pulse", spec(64).resources(), arguments);
    return new PlacementRequest(spec, Optional.empty(), Optional.empty());
  }

  private static PlacementRequest request(int mib) {
    return new PlacementRequest(spec(mib), Optional.empty(), Optional.empty());
  }

  private static GuestSpec spec(int mib) {
    return new GuestSpec("pulse", new Resources(100, ByteSize.ofMib(mib)), Map.of());
  }

  private static HostOffer offer(HostId host, int claimedMib, List<ImageSupport> images) {
    return new HostOffer(
        host,
        1,
        true,
        false,
        CAPACITY,
        new Resources(0, ByteSize.ofMib(claimedMib)),
        List.of(embedded()),
        images,
        Map.of());
  }

  private static HostOffer offer(HostId host, int claimedMib) {
    return offer(host, 1, claimedMib);
  }

  private static HostOffer offer(HostId host, long version, int claimedMib) {
    return new HostOffer(
        host,
        version,
        true,
        false,
        CAPACITY,
        new Resources(0, ByteSize.ofMib(claimedMib)),
        List.of(embedded()),
        List.of(pulse()),
        Map.of());
  }
}
