package io.drover.actor;

/** Marks what travels between nodes or into the journal, as Jackson CBOR. */
public interface CborSerializable {}
