/** What each route does, one class per resource. Stateless; any thread, never blocks. */
@NullMarked
package io.drover.http.route;

import org.jspecify.annotations.NullMarked;
