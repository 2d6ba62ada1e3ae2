package io.drover.config.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final String VM = "vm-north-b2-03-01kb0000000000000000000001";
  private final Locale before = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  @Test
  void shouldWriteWhatItReads() {
    assertThat(VmId.parse(VM).text()).isEqualTo(VM);
    assertThat(HostId.parse("host-north-99-a-07-b").tail()).isEqualTo("a-07-b");
    assertThat(HostId.parse("host-north-99-a-07-b").cell().index()).isEqualTo(99);
  }

  @Test
  void shouldWriteTheSameDigitsInEveryLocale() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    assertThat(VmId.parse(VM).text()).isEqualTo(VM);
  }

  @Test
  void shouldRefuseWhatIsNoId() {
    for (String text :
        new String[] {
          "vm-north-3-01kb0000000000000000000001", "vm-north-03-x", "host-north-03-h1"
        }) {
      assertThatThrownBy(() -> VmId.parse(text))
          .isInstanceOf(MalformedIdException.class)
          .hasMessageContaining(text);
    }
    assertThatThrownBy(() -> HostId.parse("host-north-03--x"))
        .isInstanceOf(MalformedIdException.class);
  }
}
