/**
 * What this host does with its guests: one actor per VM takes orders one after the other, decides
 * by a pure table ({@link io.drover.agent.supervision.OrderPlan}) and does the blocking work on
 * virtual threads. Grants and epochs are on disk before a guest is touched on their strength.
 */
@NullMarked
package io.drover.agent.supervision;

import org.jspecify.annotations.NullMarked;
