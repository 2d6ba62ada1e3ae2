package io.drover.actor.lease;

import io.drover.actor.CborSerializable;

/**
 * Somebody who vouches for hosts.
 *
 * @param id of the host whose agent it is, or the name of a control node
 * @param endpoint {@code host:port}
 */
public record Witness(String id, String endpoint) implements CborSerializable {}
