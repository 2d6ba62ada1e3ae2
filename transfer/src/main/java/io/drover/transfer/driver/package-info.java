/**
 * The media driver and Aeron client of this process, and the engine over them. One shared driver
 * thread, one conductor thread of the client; transfers bring their own.
 */
@NullMarked
package io.drover.transfer.driver;

import org.jspecify.annotations.NullMarked;
