/**
 * The port to host agents: what a {@code Host} entity orders and what an agent answers, in the
 * domain's own words. Only the gateway of {@code cluster-node} implements it.
 */
@NullMarked
package io.drover.actor.agent;

import org.jspecify.annotations.NullMarked;
