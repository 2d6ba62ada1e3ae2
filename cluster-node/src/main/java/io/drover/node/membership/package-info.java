/** What control nodes tell each other beside the entities. Actors of their own; never block. */
@NullMarked
package io.drover.node.membership;

import org.jspecify.annotations.NullMarked;
