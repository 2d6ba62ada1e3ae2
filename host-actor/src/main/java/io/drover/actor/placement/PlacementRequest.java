package io.drover.actor.placement;

import io.drover.actor.agent.GuestSpec;
import io.drover.config.units.HostId;
import java.util.Optional;

/**
 * What is to be placed.
 *
 * @param source of a migration: never chosen; empty for a new VM
 * @param wanted this host or none
 */
record PlacementRequest(GuestSpec spec, Optional<HostId> source, Optional<HostId> wanted) {}
