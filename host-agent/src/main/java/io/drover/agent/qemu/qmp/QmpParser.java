package io.drover.agent.qemu.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Cuts what arrives into lines and lines into messages, wherever the reads happened to split them.
 * For one thread.
 */
final class QmpParser {
  /** Far above any answer this project asks for; more means that the peer is not QEMU. */
  static final int LINE_LIMIT_BYTES = 1 << 20;

  /** One message of QEMU. */
  sealed interface Message {
    record Greeting(String version) implements Message {}

    record Answer(long id, JsonNode returned) implements Message {}

    /**
     * A command that was not carried out.
     *
     * @param id -1 when QEMU could not even read which command it was
     */
    record Refusal(long id, String reason) implements Message {}

    record Event(QmpEvent event) implements Message {}
  }

  private final ObjectMapper mapper;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);

  QmpParser(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * Takes all remaining bytes.
   *
   * @throws QmpException when a line is too long, not JSON, or no QMP message
   */
  void feed(ByteBuffer bytes, Consumer<Message> to) throws QmpException {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next == '\n') {
        byte[] text = line.toByteArray();
        line.reset();
        if (text.length > 1) { // QEMU ends lines with \r\n
          to.accept(parse(text));
        }
      } else if (line.size() < LINE_LIMIT_BYTES) {
        line.write(next);
      } else {
        throw new QmpException("a QMP line is longer than " + LINE_LIMIT_BYTES + " bytes");
      }
    }
  }

  private Message parse(byte[] text) throws QmpException {
    JsonNode root;
    try {
      root = mapper.readTree(text, 0, text.length);
    } catch (JsonProcessingException e) {
      throw new QmpException("not JSON on the QMP socket: " + e.getOriginalMessage(), e);
    } catch (java.io.IOException e) {
      throw new QmpException("cannot parse a QMP line", e);
    }
    if (root.has("return")) {
      return new Message.Answer(root.path("id").asLong(-1), root.path("return"));
    }
    if (root.has("error")) {
      return new Message.Refusal(
          root.path("id").asLong(-1), root.path("error").path("desc").asText("no reason given"));
    }
    if (root.has("event")) {
      JsonNode stamp = root.path("timestamp");
      Instant at =
          Instant.ofEpochSecond(
              stamp.path("seconds").asLong(), stamp.path("microseconds").asLong() * 1_000);
      return new Message.Event(new QmpEvent(root.path("event").asText(), at, root.path("data")));
    }
    if (root.has("QMP")) {
      JsonNode qemu = root.path("QMP").path("version").path("qemu");
      return new Message.Greeting(
          qemu.path("major").asInt()
              + "."
              + qemu.path("minor").asInt()
              + "."
              + qemu.path("micro").asInt());
    }
    throw new QmpException("neither answer nor event on the QMP socket: " + root);
  }
}
