/** {@code ./drover simulate}: runs seeds of the deterministic simulation and reports. */
@NullMarked
package io.drover.bench.simulation;

import org.jspecify.annotations.NullMarked;
