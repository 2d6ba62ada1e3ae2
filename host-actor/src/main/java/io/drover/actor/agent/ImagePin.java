package io.drover.actor.agent;

import io.drover.actor.CborSerializable;
import io.drover.config.units.ByteSize;

/**
 * An image that came through the API, as a VM was made from it: whatever becomes of the name, the
 * VM keeps this content.
 *
 * @param sha256 hex
 * @param hypervisor kind that runs it; empty when none does yet
 * @param format in words
 */
public record ImagePin(String sha256, String hypervisor, String format, ByteSize minMemory)
    implements CborSerializable {}
