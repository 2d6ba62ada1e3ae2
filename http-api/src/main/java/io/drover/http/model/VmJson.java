package io.drover.http.model;

import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.VmView;
import io.drover.config.units.EntityId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A VM. */
public record VmJson(
    String id,
    long version,
    String name,
    String area,
    String cell,
    String image,
    Optional<String> imageSha256,
    int cpuMillis,
    long memoryBytes,
    Map<String, String> arguments,
    String onHostLoss,
    int priority,
    String burst,
    Optional<AwayJson> away,
    String desired,
    String phase,
    String reason,
    Optional<String> host,
    long runEpoch,
    Optional<String> migration,
    boolean locked,
    Map<String, String> report,
    Instant createdAt,
    Instant phaseSince) {

  /**
   * That its host is in another area because its home had no room.
   *
   * @param waits why it is not at home yet; may be empty
   */
  public record AwayJson(String home, String area, Instant since, String waits) {
    private static AwayJson from(VmView.Away away) {
      return new AwayJson(away.home().name(), away.area().name(), away.since(), away.waits());
    }
  }

  public static VmJson from(VmView vm) {
    return new VmJson(
        vm.id().text(),
        vm.version(),
        vm.name(),
        vm.id().area().name(),
        vm.id().cell().toString(),
        vm.spec().image(),
        vm.spec().pin().map(ImagePin::sha256),
        vm.spec().resources().cpuMillis(),
        vm.spec().resources().memory().bytes(),
        new TreeMap<>(vm.spec().arguments()),
        vm.spec().hostLoss().onHostLoss().name(),
        vm.spec().hostLoss().priority(),
        vm.burst().name(),
        vm.away().map(AwayJson::from),
        vm.desired().name(),
        vm.phase().name(),
        vm.reason(),
        vm.host().map(EntityId::text),
        vm.runEpoch().value(),
        vm.migration().map(EntityId::text),
        vm.locked(),
        new TreeMap<>(vm.report()),
        vm.createdAt(),
        vm.phaseSince());
  }
}
