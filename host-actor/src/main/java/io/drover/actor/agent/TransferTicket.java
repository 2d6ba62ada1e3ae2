package io.drover.actor.agent;

import io.drover.actor.CborSerializable;

/** Where and as whom a source sends; opaque to the control plane. */
public record TransferTicket(String endpoint, int streamId, long token)
    implements CborSerializable {}
