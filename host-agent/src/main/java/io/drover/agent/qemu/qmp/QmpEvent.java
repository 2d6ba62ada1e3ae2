package io.drover.agent.qemu.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * Something QEMU said by itself.
 *
 * @param at by the host's wall clock, when it happened
 */
public record QmpEvent(String name, Instant at, JsonNode details) {
  /** A field of the event's data as text; empty when it is not there. */
  public String detail(String field) {
    return details.path(field).asText("");
  }
}
