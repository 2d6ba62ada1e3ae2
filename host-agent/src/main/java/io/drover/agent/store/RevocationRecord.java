package io.drover.agent.store;

import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;

/** As a witness, this agent does not vouch for that epoch of another host, or one below it. */
record RevocationRecord(HostId host, Epoch epoch) implements StoredRecord {}
