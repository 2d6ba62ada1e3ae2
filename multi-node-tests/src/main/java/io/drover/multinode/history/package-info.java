/**
 * What clients asked and what they were told, as it happened to them: the history that checkers
 * judge, and its export in Jepsen's form. Values; only {@code History} is mutable and safe on any
 * thread.
 */
@NullMarked
package io.drover.multinode.history;

import org.jspecify.annotations.NullMarked;
