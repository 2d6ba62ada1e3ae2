/**
 * What ends guests when the host's lease is over: a process outside this JVM, so that it works
 * while the JVM is stopped, collects, or is gone. Here is how it is started, what it is told, and
 * by which clock.
 */
@NullMarked
package io.drover.agent.guard;

import org.jspecify.annotations.NullMarked;
