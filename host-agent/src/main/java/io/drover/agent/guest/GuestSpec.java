package io.drover.agent.guest;

import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.util.Map;

/**
 * What a guest is made from.
 *
 * @param image name of an image this host can run
 * @param arguments handed to the image: settings of its workload
 */
public record GuestSpec(VmId vm, String image, Resources resources, Map<String, String> arguments) {
  public GuestSpec {
    arguments = Map.copyOf(arguments);
  }
}
