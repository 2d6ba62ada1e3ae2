/**
 * The Migration entity: one live migration as a saga that goes on, or rolls back, whoever crashes.
 * {@link io.drover.actor.migration.MigrationState} knows no actor; the entity runs on actor
 * threads, never blocks.
 */
@NullMarked
package io.drover.actor.migration;

import org.jspecify.annotations.NullMarked;
