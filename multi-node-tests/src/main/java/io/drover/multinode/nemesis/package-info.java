/**
 * What is done to a fleet, each kind its own small class that can be injected and healed, and the
 * schedule in which that happens, drawn from a seed. Values; the fleet is what changes.
 */
@NullMarked
package io.drover.multinode.nemesis;

import org.jspecify.annotations.NullMarked;
