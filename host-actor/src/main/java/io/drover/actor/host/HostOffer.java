package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.util.List;
import java.util.Map;

/**
 * What a host has to give, as its entity says it: the scheduler's inventory is made of these.
 *
 * @param version rises with every change, over restarts too
 */
public record HostOffer(
    HostId host,
    long version,
    boolean connected,
    boolean cordoned,
    Resources capacity,
    Resources claimed,
    List<HypervisorSupport> hypervisors,
    List<ImageSupport> images,
    Map<String, String> labels)
    implements CborSerializable {
  public HostOffer {
    hypervisors = List.copyOf(hypervisors);
    images = List.copyOf(images);
    labels = Map.copyOf(labels);
  }

  public Resources free() {
    return capacity.minus(claimed);
  }
}
