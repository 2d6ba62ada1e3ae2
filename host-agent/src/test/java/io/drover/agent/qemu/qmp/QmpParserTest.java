package io.drover.agent.qemu.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.agent.qemu.qmp.QmpParser.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QmpParserTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** As QEMU 7.2 wrote it. */
  private static final String SESSION =
      """
      {"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}\r
      {"return": {}, "id": 1}\r
      {"timestamp": {"seconds": 1795383254, "microseconds": 108531}, "event": "STOP"}\r
      {"return": {"status": "päused", "singlestep": false, "running": false}, "id": 2}\r
      {"id": 3, "error": {"class": "GenericError", "desc": "There's a migration process in progress"}}\r
      """;

  private final List<Message> messages = new ArrayList<>();
  private final QmpParser parser = new QmpParser(MAPPER);

  private void feed(byte[] bytes, int from, int to) throws QmpException {
    parser.feed(ByteBuffer.wrap(bytes, from, to - from), messages::add);
  }

  @Test
  void shouldReadTheSameMessagesWhereverTheReadsSplitThem() throws QmpException {
    byte[] bytes = SESSION.getBytes(StandardCharsets.UTF_8);
    for (int split = 0; split <= bytes.length; split++) {
      messages.clear();
      feed(bytes, 0, split);
      feed(bytes, split, bytes.length);
      assertThat(messages).as("split at %d", split).hasSize(5);
      assertThat(messages.get(0)).isEqualTo(new Message.Greeting("7.2.22"));
      assertThat(messages.get(2))
          .isInstanceOfSatisfying(
              Message.Event.class,
              event -> {
                assertThat(event.event().name()).isEqualTo("STOP");
                assertThat(event.event().at())
                    .isEqualTo(Instant.ofEpochSecond(1_795_383_254L, 108_531_000));
              });
      assertThat(messages.get(3))
          .isInstanceOfSatisfying(
              Message.Answer.class,
              answer -> {
                assertThat(answer.id()).isEqualTo(2);
                assertThat(answer.returned().path("status").asText()).isEqualTo("päused");
              });
      assertThat(messages.get(4))
          .isEqualTo(new Message.Refusal(3, "There's a migration process in progress"));
    }
  }

  @Test
  void shouldRefuseWhatIsNotJson() {
    byte[] bytes = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> feed(bytes, 0, bytes.length))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("not JSON");
  }

  @Test
  void shouldRefuseJsonThatIsNoQmpMessage() {
    byte[] bytes = "{\"hello\": 1}\r\n".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> feed(bytes, 0, bytes.length))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("neither answer nor event");
  }

  @Test
  void shouldNotCollectALineWithoutEnd() {
    byte[] bytes = new byte[QmpParser.LINE_LIMIT_BYTES + 1];
    assertThatThrownBy(() -> feed(bytes, 0, bytes.length))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("longer than");
  }
}
