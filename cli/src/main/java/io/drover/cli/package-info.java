/** The drover client: commands over the HTTP API, one thread. */
@NullMarked
package io.drover.cli;

import org.jspecify.annotations.NullMarked;
