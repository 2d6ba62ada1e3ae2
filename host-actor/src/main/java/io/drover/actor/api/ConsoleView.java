package io.drover.actor.api;

import io.drover.actor.CborSerializable;

/**
 * A piece of a console.
 *
 * @param startOffset of the first byte, since the guest booted
 */
public record ConsoleView(long startOffset, byte[] text) implements CborSerializable {}
