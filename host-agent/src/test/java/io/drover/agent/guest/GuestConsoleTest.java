package io.drover.agent.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a guest that nobody trusts can make of its agent's memory. */
class GuestConsoleTest {
  private final GuestConsole console = new GuestConsole();

  private void print(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    console.append(bytes, 0, bytes.length);
  }

  @Test
  void shouldIgnoreKeysBeyondTheLimitAndGoOnWithTheOthers() {
    for (int i = 0; i < 10 * GuestConsole.REPORT_KEYS_LIMIT; i++) {
      print("@drover key%d=1".formatted(i));
    }
    print("@drover key0=2");

    assertThat(console.report())
        .hasSize(GuestConsole.REPORT_KEYS_LIMIT)
        .containsEntry("key0", "2")
        .doesNotContainKey("key" + GuestConsole.REPORT_KEYS_LIMIT);
  }

  @Test
  void shouldCutLongValuesAndIgnoreLongKeys() {
    String longText = "x".repeat(2 * GuestConsole.REPORT_TEXT_LIMIT);

    print("@drover " + longText + "=1 note=" + longText);

    assertThat(console.report())
        .containsOnlyKeys("note")
        .hasEntrySatisfying("note", v -> assertThat(v).hasSize(GuestConsole.REPORT_TEXT_LIMIT));
  }

  @Test
  void shouldReadAllThereIsHoweverMuchIsAsked() {
    print("hello");

    assertThat(console.read(0, -1)).hasToString("hello\n");
  }
}
