/**
 * Images that the control plane has and this host lacks: fetched once when an order needs one, and
 * kept by their digest. Blocks; safe on any thread.
 */
@NullMarked
package io.drover.agent.image;

import org.jspecify.annotations.NullMarked;
