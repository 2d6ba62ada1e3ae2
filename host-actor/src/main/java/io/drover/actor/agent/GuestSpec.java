package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.config.units.Resources;
import java.util.Map;

/** What a VM is made from: image, size, and arguments for the image's workload. */
public record GuestSpec(String image, Resources resources, Map<String, String> arguments)
    implements CborSerializable {
  public GuestSpec {
    arguments = Map.copyOf(arguments);
  }
}
