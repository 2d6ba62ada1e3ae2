/**
 * Which nodes stay in the cluster when they lose sight of each other: the lease that Pekko's
 * split-brain resolver asks for, on the journal's database. A lease has a thread and a connection
 * of its own; nothing here runs on, or waits for, what the rest of the node uses.
 */
@NullMarked
package io.drover.node.membership;

import org.jspecify.annotations.NullMarked;
