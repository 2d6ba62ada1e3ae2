/**
 * What an agent must not forget: grants, the highest epochs it saw, where its control plane is. A
 * log of records, each on disk before anything is done on its strength. Writes of one VM come from
 * one thread at a time; different VMs from any.
 */
@NullMarked
package io.drover.agent.store;

import org.jspecify.annotations.NullMarked;
