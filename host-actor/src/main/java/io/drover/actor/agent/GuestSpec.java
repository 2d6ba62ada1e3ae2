package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.config.units.Resources;
import java.util.Map;
import java.util.Optional;

/**
 * What a VM is made from: image, size, and arguments for the image's workload.
 *
 * @param pin the very content of an image that came through the API; empty = an image that hosts
 *     bring themselves
 */
public record GuestSpec(
    String image, Resources resources, Map<String, String> arguments, Optional<ImagePin> pin)
    implements CborSerializable {
  public GuestSpec {
    arguments = Map.copyOf(arguments);
  }

  public GuestSpec(String image, Resources resources, Map<String, String> arguments) {
    this(image, resources, arguments, Optional.empty());
  }

  public GuestSpec pinned(Optional<ImagePin> to) {
    return new GuestSpec(image, resources, arguments, to);
  }
}
