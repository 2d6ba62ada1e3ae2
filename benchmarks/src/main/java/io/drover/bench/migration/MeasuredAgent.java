package io.drover.bench.migration;

import com.typesafe.config.ConfigFactory;
import io.drover.agent.AgentMain;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.TransferSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The shipped agent, and in the same process a raw Aeron end that the benchmark commands over a
 * socket: {@code receive BYTES} answers the nanoseconds from the first byte to the last, {@code
 * send ENDPOINT BYTES} answers {@code sent}.
 */
public final class MeasuredAgent {
  /** System property: the port of the command socket; the raw Aeron end is on the next one. */
  static final String PORT = "bench.raw-port";

  private MeasuredAgent() {}

  public static void main(String[] args) throws IOException {
    int port = Integer.getInteger(PORT, 0);
    TransferSettings settings = TransferSettings.from(SettingsFile.load(Optional.empty()));
    ServerSocket commands = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(() -> serve(commands, settings, port + 1), "raw-aeron");
    thread.setDaemon(true);
    thread.start();
    ConfigFactory.invalidateCaches();
    AgentMain.main(args);
  }

  private static void serve(ServerSocket commands, TransferSettings settings, int rawPort) {
    try (RawAeron raw = new RawAeron(settings, rawPort)) {
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
      case "receive" -> Long.toString(raw.receive(Long.parseLong(words[1])));
      case "send" -> {
        raw.send(words[1], Long.parseLong(words[2]));
        yield "sent";
      }
      default -> throw new IllegalArgumentException("no such command: " + line);
    };
  }
}
