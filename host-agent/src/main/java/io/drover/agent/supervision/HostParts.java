package io.drover.agent.supervision;

import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.image.ImageShelf;
import io.drover.agent.migration.BlackoutModel;
import io.drover.agent.migration.MigrationListener;
import io.drover.agent.store.AgentStore;
import io.drover.transfer.TransferEngine;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * What all guests of a host share. Safe on any thread.
 *
 * @param blocking runs work that blocks, a thread each
 * @param images that the control plane has
 * @param migrationsIn permits for migrations to this host, held while memory comes in
 * @param migrationsOut permits for migrations from this host, held while memory goes out
 */
public record HostParts(
    AgentStore store,
    List<Hypervisor> hypervisors,
    TransferEngine engine,
    Executor blocking,
    InstantSource clock,
    MigrationListener listener,
    ImageShelf images,
    BlackoutModel blackouts,
    MemoryLedger memory,
    HostLease lease,
    Semaphore migrationsIn,
    Semaphore migrationsOut) {
  public HostParts {
    hypervisors = List.copyOf(hypervisors);
  }

  /** The hypervisor that runs this image here, fetched first when need be. */
  Hypervisor hypervisorFor(String image) throws HypervisorException {
    images.require(image);
    String reason = "there is no image \"" + image + "\" on this host";
    for (Hypervisor hypervisor : hypervisors) {
      for (Hypervisor.Image candidate : hypervisor.images()) {
        if (!candidate.name().equals(image)) {
          continue;
        }
        if (!hypervisor.support().available()) {
          reason = hypervisor.kind() + " is not available: " + hypervisor.support().reason();
        } else if (!candidate.usable()) {
          reason = "image \"" + image + "\" cannot be used: " + candidate.reason();
        } else {
          return hypervisor;
        }
      }
    }
    throw new HypervisorException(Kind.IMAGE_UNUSABLE, reason);
  }
}
