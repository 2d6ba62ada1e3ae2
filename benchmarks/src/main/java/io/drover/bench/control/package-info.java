/**
 * What the control plane itself can do: hosts that speak the real agent protocol and have no
 * guests, driven through the HTTP API of real control nodes on a real PostgreSQL.
 */
@NullMarked
package io.drover.bench.control;

import org.jspecify.annotations.NullMarked;
