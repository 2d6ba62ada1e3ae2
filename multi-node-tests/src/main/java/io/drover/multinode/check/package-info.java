/**
 * What must be true after any fault, each checker its own class. They look at the machine itself,
 * not only at what the control plane says of it.
 */
@NullMarked
package io.drover.multinode.check;

import org.jspecify.annotations.NullMarked;
