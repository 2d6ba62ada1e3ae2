package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.config.units.Resources;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a VM is made from: image, size, arguments for the image's workload; and what becomes of it
 * when its host is lost.
 *
 * @param pin the very content of an image that came through the API; empty = an image that hosts
 *     bring themselves
 */
public record GuestSpec(
    String image,
    Resources resources,
    Map<String, String> arguments,
    Optional<ImagePin> pin,
    HostLossPolicy hostLoss)
    implements CborSerializable {
  public GuestSpec {
    arguments = Map.copyOf(arguments);
    hostLoss = Objects.requireNonNullElse(hostLoss, HostLossPolicy.OF_BEFORE); // older events
  }

  public GuestSpec(String image, Resources resources, Map<String, String> arguments) {
    this(image, resources, arguments, Optional.empty(), HostLossPolicy.DEFAULT);
  }

  public GuestSpec pinned(Optional<ImagePin> to) {
    return new GuestSpec(image, resources, arguments, to, hostLoss);
  }

  public GuestSpec with(HostLossPolicy policy) {
    return new GuestSpec(image, resources, arguments, pin, policy);
  }
}
