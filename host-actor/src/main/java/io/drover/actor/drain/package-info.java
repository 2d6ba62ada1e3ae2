/**
 * Moving everything off a host: one entity per host, which starts migrations within the shared
 * budget and says why what is left is left. Deciding is pure; only the behaviour knows actors.
 */
@NullMarked
package io.drover.actor.drain;

import org.jspecify.annotations.NullMarked;
