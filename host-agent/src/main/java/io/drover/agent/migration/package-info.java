/**
 * The two ends of a live migration on a host: {@link io.drover.agent.migration.OutgoingMigration}
 * sends on a thread of its own, {@link io.drover.agent.migration.IncomingMigration} waits for the
 * transfer's. Here Aeron's streams meet the guest; neither end ever lets a guest run.
 */
@NullMarked
package io.drover.agent.migration;

import org.jspecify.annotations.NullMarked;
