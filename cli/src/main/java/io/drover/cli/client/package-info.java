/** Speaks HTTP with a control node. One thread; calls block. */
@NullMarked
package io.drover.cli.client;

import org.jspecify.annotations.NullMarked;
