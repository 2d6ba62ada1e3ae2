/** Processes of this machine, told apart from later ones with the same number. */
@NullMarked
package io.drover.agent.process;

import org.jspecify.annotations.NullMarked;
