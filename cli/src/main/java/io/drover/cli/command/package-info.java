/** The commands, one class per resource. One thread; calls block. */
@NullMarked
package io.drover.cli.command;

import org.jspecify.annotations.NullMarked;
