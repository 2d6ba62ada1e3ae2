package io.drover.http.model;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.drover.actor.api.FleetEvent;
import java.time.Instant;
import java.util.List;

/**
 * Something that happened.
 *
 * @param facts a JSON object, as the journal has it
 */
public record EventJson(
    long sequence, String type, String subject, Instant at, @JsonRawValue String facts) {

  public static EventJson from(FleetEvent event) {
    return new EventJson(event.sequence(), event.type(), event.subject(), event.at(), event.json());
  }

  /**
   * Stored events, oldest first.
   *
   * @param next the {@code after} of the next page
   */
  public record EventPageJson(List<EventJson> items, long next) {}
}
