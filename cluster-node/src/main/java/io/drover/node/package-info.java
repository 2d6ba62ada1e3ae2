/**
 * A control node as a process, or embedded. Starting and stopping block the caller; everything in
 * between runs on the actor system's threads.
 */
@NullMarked
package io.drover.node;

import org.jspecify.annotations.NullMarked;
