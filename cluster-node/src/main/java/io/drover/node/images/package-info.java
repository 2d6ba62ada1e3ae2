/**
 * Images that came through the API: recognised by their content and kept in the database. Database
 * work runs on the dispatcher of the read side, everything else on any thread.
 */
@NullMarked
package io.drover.node.images;

import org.jspecify.annotations.NullMarked;
