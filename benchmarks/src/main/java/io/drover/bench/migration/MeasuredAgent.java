package io.drover.bench.migration;

import com.typesafe.config.Config;
import io.drover.agent.AgentMain;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.TransferSettings;
import io.drover.multinode.harness.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The shipped agent, and in the same process a raw Aeron end that the benchmark commands over a
 * socket: {@code receive BYTES} answers the nanoseconds from the first byte to the last, {@code
 * send ENDPOINT BYTES} answers {@code sent}, {@code endpoint} answers where it receives. The
 * socket's port is written to {@link #PORT_FILE} in the agent's state directory.
 */
public final class MeasuredAgent {
  static final String PORT_FILE = "raw-port";

  private MeasuredAgent() {}

  public static void main(String[] args) throws IOException {
    Config root = SettingsFile.load(Optional.empty());
    Path state = Files.createDirectories(AgentSettings.from(root).stateDirectory());
    ServerSocket commands = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    TransferSettings settings = TransferSettings.from(root);
    Thread thread = new Thread(() -> serve(commands, settings), "raw-aeron");
    thread.setDaemon(true);
    thread.start();
    Files.writeString(
        state.resolveSibling(state.getFileName() + "-" + PORT_FILE), commands.getLocalPort() + "");
    AgentMain.main(args);
  }

  private static void serve(ServerSocket commands, TransferSettings settings) {
    try (RawAeron raw = new RawAeron(settings, Ports.free())) {
      while (true) {
        try (Socket socket = commands.accept();
            BufferedReader in =
                new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            PrintWriter out =
                new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
          out.println(obey(raw, in.readLine()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String obey(RawAeron raw, String line) {
    String[] words = line.split(" ");
    return switch (words[0]) {
      case "endpoint" -> raw.endpoint();
      case "receive" -> Long.toString(raw.receive(Long.parseLong(words[1])));
      case "send" -> {
        raw.send(words[1], Long.parseLong(words[2]));
        yield "sent";
      }
      default -> throw new IllegalArgumentException("no such command: " + line);
    };
  }
}
