package io.drover.config.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpansTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 ms",
    "PT0.00045S, 450 µs",
    "PT0.133361S, 133 ms",
    "PT3.5S, 3.5 s",
    "PT10S, 10 s",
    "PT1M30S, 90 s",
    "PT10M, 10 min",
    "PT10M5S, 10 min 5 s",
    "PT2H30M, 2 h 30 min",
    "PT-0.2S, -200 ms"
  })
  void shouldSayHowLongAsPeopleDo(Duration span, String text) {
    assertThat(Spans.text(span)).isEqualTo(text);
  }
}
