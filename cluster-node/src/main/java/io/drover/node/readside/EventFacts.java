package io.drover.node.readside;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.drover.actor.CborSerializable;
import io.drover.actor.serialization.DroverModule;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * An event for people and programs that follow the stream: a name such as {@code
 * migration.switched-over}, and its facts as JSON. Ids are text, sizes bytes, epochs numbers,
 * durations ISO 8601.
 */
final class EventFacts {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .addModule(new DroverModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .build();

  private EventFacts() {}

  /**
   * {@code vm.created}.
   *
   * @param kind of the entity
   */
  static String typeOf(String kind, CborSerializable event) {
    String words = event.getClass().getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-");
    return kind + "." + words.toLowerCase(Locale.ROOT);
  }

  static String json(CborSerializable event) {
    ObjectNode facts = MAPPER.valueToTree(event);
    facts.remove("at"); // stands beside the facts
    facts.remove("type"); // of the event: stands beside them, too
    try {
      return MAPPER.writeValueAsString(facts);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // a tree can always be written
    }
  }
}
