/** The control-plane domain. One package per entity; no I/O of its own, ports for what it needs. */
@NullMarked
package io.drover.actor;

import org.jspecify.annotations.NullMarked;
