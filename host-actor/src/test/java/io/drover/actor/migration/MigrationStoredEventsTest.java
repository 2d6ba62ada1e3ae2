package io.drover.actor.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.actor.machine.MachineCoverage;
import io.drover.actor.migration.Migration.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Events as earlier releases wrote them: a sample is never changed, only added. {@code
 * -Dregenerate=true} writes those that are missing.
 */
class MigrationStoredEventsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Path SAMPLES = Path.of("src", "test", "resources", "events", "migration");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldReadEveryEventThatWasEverStored() throws IOException {
    ObjectMapper mapper =
        JacksonObjectMapperProvider.get(KIT.system()).create("jackson-json", Optional.empty());
    for (Event event : MigrationSamples.events()) {
      Path sample = SAMPLES.resolve(event.getClass().getSimpleName() + ".json");
      if (Boolean.getBoolean("regenerate") && !Files.exists(sample)) {
        Files.createDirectories(SAMPLES);
        Files.writeString(
            sample, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(event) + "\n");
      }
      assertThat(mapper.readValue(Files.readString(sample), event.getClass())).isEqualTo(event);
    }
    assertThat(MigrationSamples.events().stream().map(Event::getClass))
        .as("a sample of every event")
        .containsAll(
            MachineCoverage.membersOf(Event.class).stream()
                .map(c -> c.asSubclass(Event.class))
                .toList());
  }
}
