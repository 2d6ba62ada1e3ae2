/** The HTTP server of a control node. Handlers run on Pekko's dispatcher and never block. */
@NullMarked
package io.drover.http;

import org.jspecify.annotations.NullMarked;
