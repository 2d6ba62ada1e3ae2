package io.drover.actor.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.actor.agent.ImageArguments.Others;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageArgumentsTest {
  @ParameterizedTest
  @CsvSource(
      value = {
        "UNKNOWN      | a b | anything at all | true",
        "NONE         | n   | 1               | false",
        "WHOLE_NUMBERS| n   | -12             | true",
        "WHOLE_NUMBERS| n   | +5              | true",
        "WHOLE_NUMBERS| n   | 9223372036854775807 | true",
        "WHOLE_NUMBERS| n   | 1.5             | false",
        "WHOLE_NUMBERS| n   | 9999999999999999999 | false",
        "WORDS        | n.x | http://a/?b=c,d | true",
        "WORDS        | n   | two words       | false",
        "WORDS        | a=b | word            | false",
        "WORDS        | n   | quo\"te        | false",
      },
      delimiter = '|')
  void shouldJudgeArgumentsThatAreNotListed(
      Others others, String name, String value, boolean fits) {
    assertThat(new ImageArguments(List.of(), others).reasonAgainst("i", Map.of(name, value)))
        .matches(reason -> reason.isEmpty() == fits);
  }

  @Test
  void shouldSayThatAnImageHasNoArgumentsAtAll() {
    assertThat(new ImageArguments(List.of(), Others.NONE).reasonAgainst("i", Map.of("n", "1")))
        .contains("argument \"n\" of image \"i\" does not exist: the image has none");
  }
}
