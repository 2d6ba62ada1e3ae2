/**
 * What stands in a frame, byte by byte: header, kinds, bodies. Flyweights, one thread each; they
 * know neither streams nor pages' contents.
 */
@NullMarked
package io.drover.transfer.wire;

import org.jspecify.annotations.NullMarked;
