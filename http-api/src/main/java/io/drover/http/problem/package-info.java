/** RFC 9457 problems: the one form in which a request is refused. Immutable; any thread. */
@NullMarked
package io.drover.http.problem;

import org.jspecify.annotations.NullMarked;
