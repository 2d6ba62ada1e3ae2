/**
 * Which control node runs which cell. Called by the shard coordinator, on its own thread; nothing
 * here blocks.
 */
@NullMarked
package io.drover.node.sharding;

import org.jspecify.annotations.NullMarked;
