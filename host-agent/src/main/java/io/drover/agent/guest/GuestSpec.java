package io.drover.agent.guest;

import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.util.Map;

/**
 * What a guest is made from.
 *
 * @param image name of an image this host can run
 * @param arguments handed to the image: settings of its workload
 * @param restartable whether it is started elsewhere when its host is lost, and so must not outlive
 *     its host's lease
 */
public record GuestSpec(
    VmId vm,
    String image,
    Resources resources,
    Map<String, String> arguments,
    boolean restartable) {
  public GuestSpec {
    arguments = Map.copyOf(arguments);
  }

  /** Of a guest that stays on its host whatever happens. */
  public GuestSpec(VmId vm, String image, Resources resources, Map<String, String> arguments) {
    this(vm, image, resources, arguments, false);
  }
}
