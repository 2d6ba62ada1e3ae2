package io.drover.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.agent.fake.CapturedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code drover agent} says when it cannot start: which key, port, file. */
class AgentMainTest {
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  @TempDir private Path directory;

  private int run(String... args) {
    PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
    return AgentMain.run(List.of(args), err, err);
  }

  private int runWith(String settings) throws IOException {
    Path file = directory.resolve("agent.conf");
    Files.writeString(
        file,
        "drover.agent.state-dir = \"%s\"%n%s".formatted(directory.resolve("state"), settings));
    return run("--config", file.toString());
  }

  private String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldExplainItsOptions() {
    assertThat(run("--confg", "x")).isEqualTo(2);
    assertThat(errors()).contains("--confg", "Usage: drover agent");
  }

  @Test
  void shouldNameAMissingFile() {
    assertThat(run("--config", "/nowhere/agent.conf")).isEqualTo(2);
    assertThat(errors()).contains("/nowhere/agent.conf");
  }

  @Test
  void shouldNameAnUnknownKeyAndWhereItStands() throws IOException {
    assertThat(runWith("drover.agent.hartbeat = 1s")).isEqualTo(2);
    assertThat(errors()).contains("drover.agent.hartbeat", "agent.conf");
  }

  @Test
  void shouldRefuseAnUnknownUnit() throws IOException {
    assertThat(runWith("drover.agent.heartbeat = 1 fortnight")).isEqualTo(2);
    assertThat(errors()).contains("heartbeat", "fortnight");
  }

  @Test
  void shouldRefuseAnotherAddressThanLoopback() throws IOException {
    assertThat(runWith("drover.agent.transfer.host = \"192.0.2.1\"")).isEqualTo(2);
    assertThat(errors()).contains("drover.agent.transfer.host", "192.0.2.1", "--insecure-bind");
  }

  @Test
  void shouldNameAPortInUse() throws IOException {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        CapturedLog log = CapturedLog.of("io.drover.transfer.driver.EngineDriver")) {
      assertThat(runWith("drover.agent.transfer.port = " + taken.getLocalPort())).isEqualTo(1);
      assertThat(errors()).contains("127.0.0.1:" + taken.getLocalPort());
      assertThat(log.messages()).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void shouldRefuseAStoreThatANewerAgentWrote() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state"));
    Files.writeString(state.resolve("agent.log"), "drover agent 99\n");

    assertThat(runWith("")).isEqualTo(1);
    assertThat(errors()).contains("agent.log", "version");
  }
}
