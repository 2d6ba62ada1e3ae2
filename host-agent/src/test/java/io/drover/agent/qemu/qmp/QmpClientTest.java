package io.drover.agent.qemu.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a peer that speaks QMP badly, slowly, or not at all. */
class QmpClientTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String GREETING =
      "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 9, \"minor\": 1, \"micro\": 0}}}}\r\n";

  @TempDir private Path directory;
  private final List<QmpEvent> events = new CopyOnWriteArrayList<>();
  private Path socket;
  private ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    socket = directory.resolve("qmp");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** What the peer does once a client is there. */
  @FunctionalInterface
  private interface Script {
    void play(Peer peer) throws IOException;
  }

  private record Peer(SocketChannel channel, BufferedReader commands) {
    JsonNode command() throws IOException {
      return MAPPER.readTree(commands.readLine());
    }

    void say(String text) throws IOException {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    void greet() throws IOException {
      say(GREETING);
      say("{\"return\": {}, \"id\": " + command().path("id") + "}\r\n");
    }
  }

  private CompletableFuture<Void> peer(Script script) {
    return CompletableFuture.runAsync(() -> {
      try (SocketChannel channel = server.accept()) {
        script.play(
            new Peer(
                channel, new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
  }

  @Test
  void shouldMatchAnswersToCommandsInWhateverOrderTheyCome() throws Exception {
    CompletableFuture<Void> done =
        peer(peer -> {
          peer.greet();
          long first = peer.command().path("id").asLong();
          long second = peer.command().path("id").asLong();
          peer.say("{\"return\": {\"name\": \"n\"}, \"id\": " + second + "}\r\n");
          peer.say("{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 7}}\r\n");
          peer.say("{\"return\": {\"status\": \"paused\"}, \"id\": " + first + "}\r\n");
          peer.command();
        });
    try (QmpClient client = QmpClient.connect(socket, TIMEOUT, () -> true, events::add)) {
      assertThat(client.version()).isEqualTo("9.1.0");
      var status = client.send(QmpCommand.queryStatus());
      var name = client.send(QmpCommand.queryName());
      assertThat(name.get(5, TimeUnit.SECONDS)).isEqualTo("n");
      assertThat(status.get(5, TimeUnit.SECONDS)).isEqualTo("paused");
      assertThat(events).extracting(QmpEvent::name).containsExactly("STOP");
      var _ = client.send(QmpCommand.quit());
      done.get(5, TimeUnit.SECONDS);
      assertThatThrownBy(() -> client.execute(QmpCommand.stop()))
          .isInstanceOf(QmpException.class)
          .hasMessageContaining("stop");
    }
  }

  @Test
  void shouldFailWaitingCommandsWhenQemuGoes() throws Exception {
    var done =
        peer(peer -> {
          peer.greet();
          peer.command();
        });
    try (QmpClient client = QmpClient.connect(socket, TIMEOUT, () -> true, events::add)) {
      assertThatThrownBy(() -> client.execute(QmpCommand.stop()))
          .isInstanceOf(QmpException.class)
          .hasMessageContaining("closed");
      assertThat(client.closed().get(5, TimeUnit.SECONDS)).contains("closed by QEMU");
    }
    done.get(5, TimeUnit.SECONDS);
  }

  @Test
  void shouldSayThatNobodyGreets() {
    // The kernel takes the connection, QEMU talks to another client.
    assertThatThrownBy(
            () -> QmpClient.connect(socket, Duration.ofMillis(100), () -> true, events::add))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("no greeting");
  }

  @Test
  void shouldNotWaitForAProcessThatIsGone() throws IOException {
    server.close(); // the file stays
    assertThatThrownBy(() -> QmpClient.connect(socket, TIMEOUT, () -> false, events::add))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("ended before it listened");
  }

  @Test
  void shouldGiveUpOnAPeerThatDoesNotSpeakQmp() {
    var _ = peer(peer -> peer.say("SSH-2.0-x\r\n"));
    assertThatThrownBy(() -> QmpClient.connect(socket, TIMEOUT, () -> true, events::add))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("not JSON");
  }
}
