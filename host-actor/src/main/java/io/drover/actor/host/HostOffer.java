package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a host has to give, as its entity says it: the scheduler's inventory is made of these.
 *
 * @param version rises with every change, over restarts too
 * @param incoming migrations that have a claim here
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
    Map<String, String> labels,
    List<String> incoming)
    implements CborSerializable {
  public HostOffer {
    incoming = incoming == null ? List.of() : List.copyOf(incoming); // from an older release
    hypervisors = List.copyOf(hypervisors);
    images = List.copyOf(images);
    labels = Map.copyOf(labels);
  }

  /** An offer of a host to which nothing is moved. */
  public HostOffer(
      HostId host,
      long version,
      boolean connected,
      boolean cordoned,
      Resources capacity,
      Resources claimed,
      List<HypervisorSupport> hypervisors,
      List<ImageSupport> images,
      Map<String, String> labels) {
    this(
        host,
        version,
        connected,
        cordoned,
        capacity,
        claimed,
        hypervisors,
        images,
        labels,
        List.of());
  }

  /** The same with claims that are under way, some of them of these migrations. */
  public HostOffer plus(Resources more, List<String> migrations) {
    List<String> all = new ArrayList<>(incoming);
    migrations.stream().filter(m -> !all.contains(m)).forEach(all::add);
    return new HostOffer(
        host,
        version,
        connected,
        cordoned,
        capacity,
        claimed.plus(more),
        hypervisors,
        images,
        labels,
        all);
  }

  public Resources free() {
    return capacity.minus(claimed);
  }
}
