package io.drover.agent.store;

/** What the log holds; a later record of the same VM, or of the agent, replaces an earlier one. */
sealed interface StoredRecord permits AgentRecord, VmRecord {}
