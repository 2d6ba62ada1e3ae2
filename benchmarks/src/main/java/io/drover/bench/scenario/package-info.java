/**
 * Whole-system runs: a fleet of processes, what is done to it, and what came of it. One caller
 * thread.
 */
@NullMarked
package io.drover.bench.scenario;

import org.jspecify.annotations.NullMarked;
