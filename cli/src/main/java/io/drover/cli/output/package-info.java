/** Answers as people read them: tables, units, reports. Pure text; any thread. */
@NullMarked
package io.drover.cli.output;

import org.jspecify.annotations.NullMarked;
