/**
 * Faults at an exact place: mains that run the shipped processes with a listener that stops them
 * there, and what the harness needs to arm it.
 */
@NullMarked
package io.drover.multinode.fault;

import org.jspecify.annotations.NullMarked;
