/**
 * {@code ./drover chaos}: a fleet under a seeded workload and seeded faults, then calm, then all
 * checkers. The workload's clients are threads; faults are injected by the caller's.
 */
@NullMarked
package io.drover.multinode.chaos;

import org.jspecify.annotations.NullMarked;
