/**
 * The words every module shares: ids that carry their cell, epochs, sizes and rates. Immutable
 * values, safe on any thread.
 */
@NullMarked
package io.drover.config.units;

import org.jspecify.annotations.NullMarked;
