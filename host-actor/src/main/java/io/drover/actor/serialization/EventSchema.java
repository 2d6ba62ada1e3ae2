package io.drover.actor.serialization;

/**
 * The version of what the journal holds. A node refuses to start on a journal of a newer version.
 */
public final class EventSchema {
  /** Rises when a release writes events that the release before cannot read. */
  public static final int VERSION = 2;

  private EventSchema() {}
}
