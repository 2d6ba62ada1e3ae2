/**
 * What a control node stands on: its database and the configuration of its actor system. Used once
 * per start, on the starting thread.
 */
@NullMarked
package io.drover.node.wiring;

import org.jspecify.annotations.NullMarked;
