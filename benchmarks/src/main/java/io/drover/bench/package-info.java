/** Measurements that print ratios, and the demo. One caller thread. */
@NullMarked
package io.drover.bench;

import org.jspecify.annotations.NullMarked;
