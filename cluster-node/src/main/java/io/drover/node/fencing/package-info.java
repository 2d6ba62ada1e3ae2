/** Switches hosts off by commands of the fence-agents convention. On virtual threads of its own. */
@NullMarked
package io.drover.node.fencing;

import org.jspecify.annotations.NullMarked;
