/**
 * Real fleets for tests, the demo and measurements: control nodes and host agents as processes of
 * their own, a database, a client, and the means to kill any of them. Blocking; one caller thread.
 */
@NullMarked
package io.drover.multinode.harness;

import org.jspecify.annotations.NullMarked;
