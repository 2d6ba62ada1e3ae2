package io.drover.actor.host;

import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.ImagePin;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import java.util.Optional;

/**
 * Whether something fits on a host. Pure: the scheduler asks it about what it was told, the Host
 * about what is true.
 */
public final class Fit {
  private Fit() {}

  /** The first reason against it, for people; empty = it fits. */
  public static Optional<String> reasonAgainst(
      HostOffer offer, Resources resources, String image, Optional<ImagePin> pin) {
    if (!offer.connected()) {
      return Optional.of("its agent is not connected");
    }
    if (!offer.safety().hindrance().isEmpty()) {
      return Optional.of(offer.safety().hindrance());
    }
    if (offer.cordoned()) {
      return Optional.of("it is cordoned");
    }
    return pin.map(p -> pinReason(offer, resources, image, p))
        .orElseGet(() -> imageReason(offer, resources, image))
        .or(() -> resourceReason(offer, resources));
  }

  /** The capacity is too small even if nothing else ran there. */
  public static boolean exceedsCapacity(HostOffer offer, Resources resources) {
    return !resources.fitsIn(offer.capacity());
  }

  /** A host need not have it: with the hypervisor, it fetches the image when it needs it. */
  private static Optional<String> pinReason(
      HostOffer offer, Resources resources, String image, ImagePin pin) {
    if (pin.hypervisor().isEmpty()) {
      return Optional.of(
          "image \"%s\" is a %s, which no hypervisor here runs yet".formatted(image, pin.format()));
    }
    return tooLittleMemory(resources, image, pin.minMemory())
        .or(() -> hypervisorReason(offer, resources, pin.hypervisor()));
  }

  private static Optional<String> tooLittleMemory(
      Resources resources, String image, ByteSize minMemory) {
    return minMemory.compareTo(resources.memory()) > 0
        ? Optional.of(
            "image \"%s\" needs at least %s of memory, %s asked"
                .formatted(image, minMemory, resources.memory()))
        : Optional.empty();
  }

  private static Optional<String> imageReason(HostOffer offer, Resources resources, String image) {
    Optional<ImageSupport> support =
        offer.images().stream().filter(i -> i.name().equals(image)).findFirst();
    if (support.isEmpty()) {
      return Optional.of("it does not have image \"" + image + "\"");
    }
    ImageSupport found = support.get();
    if (!found.usable()) {
      return Optional.of("it cannot use image \"" + image + "\": " + found.reason());
    }
    return tooLittleMemory(resources, image, found.minMemory())
        .or(() -> hypervisorReason(offer, resources, found.hypervisor()));
  }

  private static Optional<String> hypervisorReason(
      HostOffer offer, Resources resources, String kind) {
    return offer.hypervisors().stream()
        .filter(h -> h.kind().equals(kind))
        .findFirst()
        .map(h -> hypervisorReason(h, resources.memory()))
        .orElse(Optional.of("it has no hypervisor " + kind));
  }

  private static Optional<String> hypervisorReason(HypervisorSupport hypervisor, ByteSize memory) {
    if (!hypervisor.available()) {
      return Optional.of("its hypervisor %s: %s".formatted(hypervisor.kind(), hypervisor.reason()));
    }
    long granule = hypervisor.memoryGranule().bytes();
    if (granule > 0 && memory.bytes() % granule != 0) {
      return Optional.of(
          "memory under hypervisor %s must be a multiple of %s: %d bytes asked"
              .formatted(hypervisor.kind(), hypervisor.memoryGranule(), memory.bytes()));
    }
    ByteSize most = hypervisor.maxMemory();
    return !most.equals(ByteSize.ZERO) && memory.compareTo(most) > 0
        ? Optional.of(
            "a guest under hypervisor %s has at most %s of memory: %s asked"
                .formatted(hypervisor.kind(), most, memory))
        : Optional.empty();
  }

  /** The VM's image as this host brings it; an uploaded one is known by its content. */
  public static Optional<ImageSupport> imageOf(HostOffer offer, GuestSpec spec) {
    return offer.images().stream()
        .filter(i ->
            spec.pin()
                .map(pin -> i.sha256().equals(pin.sha256()))
                .orElseGet(() -> i.name().equals(spec.image())))
        .findFirst();
  }

  /** What the image would refuse of a VM's arguments, as far as this host says. */
  public static Optional<String> argumentReason(HostOffer offer, GuestSpec spec) {
    return spec.arguments().isEmpty()
        ? Optional.empty()
        : imageOf(offer, spec)
            .flatMap(i -> i.arguments().reasonAgainst(spec.image(), spec.arguments()));
  }

  static Optional<String> resourceReason(HostOffer offer, Resources asked) {
    Resources free = offer.free();
    if (asked.memory().compareTo(free.memory()) > 0) {
      return Optional.of(
          "memory: %s asked, %s free of %s"
              .formatted(asked.memory(), free.memory(), offer.capacity().memory()));
    }
    if (asked.cpuMillis() > free.cpuMillis()) {
      return Optional.of(
          "cpu: %d mCPU asked, %d free of %d"
              .formatted(asked.cpuMillis(), free.cpuMillis(), offer.capacity().cpuMillis()));
    }
    return Optional.empty();
  }
}
