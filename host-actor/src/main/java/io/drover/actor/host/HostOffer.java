package io.drover.actor.host;

import io.drover.actor.CborSerializable;
import io.drover.actor.agent.AgentReport.HypervisorSupport;
import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.config.units.HostId;
import io.drover.config.units.Resources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a host has to give, as its entity says it: the scheduler's inventory is made of these.
 *
 * @param version rises with every change, over restarts too
 * @param incoming migrations that have a claim here
 * @param safety whether anything may be placed there, and what it does for others
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
    List<String> incoming,
    Safety safety)
    implements CborSerializable {
  /** The label that says what fails together. */
  public static final String RACK = "rack";

  public HostOffer {
    incoming = incoming == null ? List.of() : List.copyOf(incoming); // from an older release
    safety = safety == null ? Safety.UNLEASED : safety; // from an older release
    hypervisors = List.copyOf(hypervisors);
    images = List.copyOf(images);
    labels = Map.copyOf(labels);
  }

  /** An offer of a host without a lease, to which nothing is moved. */
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
        List.of(),
        Safety.UNLEASED);
  }

  /**
   * Whether it can be relied on.
   *
   * @param hindrance why nothing may be placed there; empty = nothing hinders
   * @param gone nobody expects it: it is fenced
   * @param lostAt when its session was lost; empty while there is one, or its agent may yet come
   *     back after a move of its controller
   * @param witnessEndpoint where its agent vouches for others; empty = it does not
   * @param weakness what brings its lease nearer to its end than it should be; empty = nothing
   */
  public record Safety(
      String hindrance,
      boolean gone,
      Optional<Instant> lostAt,
      String witnessEndpoint,
      String weakness)
      implements CborSerializable {
    static final Safety UNLEASED = new Safety("", false, Optional.empty(), "", "");

    public Safety {
      weakness = weakness == null ? "" : weakness; // from an older release
    }
  }

  /** Its controller has moved, and its agent may yet be on its way to the new one. */
  public boolean isExpectedBack() {
    return !connected && !safety.gone() && safety.lostAt().isEmpty();
  }

  /** What it could do for others as a witness; empty = nothing. */
  public Optional<WitnessCandidate> asWitness() {
    return connected && !safety.witnessEndpoint().isEmpty()
        ? Optional.of(
            new WitnessCandidate(
                new Witness(host.text(), safety.witnessEndpoint()),
                host.area().name(),
                labels.getOrDefault(RACK, ""),
                false))
        : Optional.empty();
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
        all,
        safety);
  }

  public Resources free() {
    return capacity.minus(claimed);
  }
}
