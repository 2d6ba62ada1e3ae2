package io.drover.agent.store;

import io.drover.agent.lease.LeaseTerms;

/** Under what this host holds its lease: a restarted agent goes on with that epoch. */
record LeaseRecord(LeaseTerms terms) implements StoredRecord {}
