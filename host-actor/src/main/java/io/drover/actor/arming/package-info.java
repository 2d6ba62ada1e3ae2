/** The Arming entity: whether an area's lost hosts may be fenced. Runs on actor threads. */
@NullMarked
package io.drover.actor.arming;

import org.jspecify.annotations.NullMarked;
