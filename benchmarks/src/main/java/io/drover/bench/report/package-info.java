/** The one result format of everything that measures. */
@NullMarked
package io.drover.bench.report;

import org.jspecify.annotations.NullMarked;
