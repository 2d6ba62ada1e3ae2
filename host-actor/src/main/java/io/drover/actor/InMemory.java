package io.drover.actor;

/** What an entity says of its place in a node's memory. Called on the entity's thread. */
public interface InMemory {
  /** It need not stay; said again and again: has the shard passivate it. */
  void mayRest();

  /** Whether there is what it stands for: only that is load. Said when it may have changed. */
  default void exists(boolean exists) {}
}
