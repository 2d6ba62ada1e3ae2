package io.drover.actor.serialization;

/**
 * The version of what the journal holds. A node refuses to start on a journal of a newer version.
 */
public final class EventSchema {
  /** Rises when a release writes events that the release before cannot read. */
  public static final int VERSION = 1;

  private EventSchema() {}

  /**
   * Checks what a journal says of itself.
   *
   * @throws IllegalStateException when it is newer than this program, naming both versions
   */
  public static void requireReadable(int journalVersion) {
    if (journalVersion > VERSION) {
      throw new IllegalStateException(
          "the journal has event schema version %d, this program reads up to %d: start a newer release"
              .formatted(journalVersion, VERSION));
    }
  }
}
