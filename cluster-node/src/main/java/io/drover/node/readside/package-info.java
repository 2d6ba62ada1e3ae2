/**
 * Lists and the event stream: one projection folds the journal into tables, and look-ups read them.
 * All JDBC runs on dispatchers of its own.
 */
@NullMarked
package io.drover.node.readside;

import org.jspecify.annotations.NullMarked;
