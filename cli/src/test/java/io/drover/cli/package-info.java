/** Tests of the client against canned answers and golden outputs. */
@NullMarked
package io.drover.cli;

import org.jspecify.annotations.NullMarked;
