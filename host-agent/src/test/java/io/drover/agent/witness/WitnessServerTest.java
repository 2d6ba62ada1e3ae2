package io.drover.agent.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.fake.CapturedLog;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent promises as a witness, over its own restart. */
class WitnessServerTest {
  @TempDir private Path directory;
  private TestWitness witness;

  @BeforeEach
  void start() throws IOException {
    witness = new TestWitness("w", directory);
  }

  @AfterEach
  void close() {
    witness.close();
  }

  @Test
  void shouldNotVouchAgainForWhatItRevokedBeforeARestart() throws IOException {
    assertThat(witness.vouch(2).getVouched()).isTrue();
    assertThat(witness.revoke(2).getRevoked()).isTrue();

    witness.close();
    witness.start();

    assertThat(witness.vouch(2).getVouched()).isFalse();
    assertThat(witness.look(2).getRevoked()).isTrue();
    assertThat(witness.look(3).getRevoked()).isFalse();
    assertThat(witness.vouch(3).getVouched()).isTrue();
  }

  @Test
  void shouldNotSayRevokedWhenItsDiskFails() {
    witness.store().close();

    try (CapturedLog log = CapturedLog.of(WitnessService.class.getName())) {
      assertThatThrownBy(() -> witness.revoke(2)).hasMessageContaining("UNAVAILABLE");
      assertThat(log.messages()).singleElement().asString().contains("cannot be written");
    }

    assertThat(witness.vouch(2).getVouched()).isTrue();
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    assertThatThrownBy(() -> witness.vouch(0)).hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> witness.revoke(0)).hasMessageContaining("INVALID_ARGUMENT");
  }
}
