/** The journal as a node uses it. Pekko's own threads. */
@NullMarked
package io.drover.node.journal;

import org.jspecify.annotations.NullMarked;
