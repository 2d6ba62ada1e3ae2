package io.drover.agent.store;

/**
 * What the log holds; a later record of the same VM, of the same revoked host, or of the agent or
 * its lease, replaces an earlier one.
 */
sealed interface StoredRecord permits AgentRecord, LeaseRecord, RevocationRecord, VmRecord {}
