/** Answers that go on: the event feed and consoles that are followed. Any thread, never blocks. */
@NullMarked
package io.drover.http.stream;

import org.jspecify.annotations.NullMarked;
