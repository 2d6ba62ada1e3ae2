package io.drover.bench.migration;

import com.typesafe.config.Config;
import io.drover.agent.AgentMain;
import io.drover.agent.embedded.GuestRam;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.TransferSettings;
import io.drover.config.units.ByteSize;
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
import org.jspecify.annotations.Nullable;

/**
 * The shipped agent, and in the same process a raw Aeron end that the benchmark commands over a
 * socket. Its port is written to {@link #PORT_FILE} in the agent's state directory; the commands
 * and their answers are
 *
 * <ul>
 *   <li>{@code open}: where it receives;
 *   <li>{@code receive BYTES}: the nanoseconds from the first byte to the last;
 *   <li>{@code keep BYTES}: the same, while it writes them to memory as fresh as a migration's;
 *   <li>{@code send ENDPOINT BYTES}: {@code sent};
 *   <li>{@code close}: {@code closed}. An open end polls, and would take from what comes next.
 * </ul>
 */
public final class MeasuredAgent {
  static final String PORT_FILE = "raw-port";

  private final ServerSocket commands;
  private final TransferSettings settings;
  private @Nullable RawAeron raw;

  private MeasuredAgent(ServerSocket commands, TransferSettings settings) {
    this.commands = commands;
    this.settings = settings;
  }

  public static void main(String[] args) throws IOException {
    Config root = SettingsFile.load(Optional.empty());
    Path state = Files.createDirectories(AgentSettings.from(root).stateDirectory());
    ServerSocket commands = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    MeasuredAgent agent = new MeasuredAgent(commands, TransferSettings.from(root));
    Thread thread = new Thread(agent::serve, "raw-aeron");
    thread.setDaemon(true);
    thread.start();
    Files.writeString(
        state.resolveSibling(state.getFileName() + "-" + PORT_FILE), commands.getLocalPort() + "");
    AgentMain.main(args);
  }

  private void serve() {
    try {
      while (true) {
        try (Socket socket = commands.accept();
            BufferedReader in =
                new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            PrintWriter out =
                new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
          out.println(obey(in.readLine()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String obey(String line) {
    String[] words = line.split(" ");
    return switch (words[0]) {
      case "open" -> {
        raw = new RawAeron(settings, Ports.free());
        yield raw.endpoint();
      }
      case "receive" -> Long.toString(opened().receive(Long.parseLong(words[1])));
      case "keep" -> Long.toString(keep(new ByteSize(Long.parseLong(words[1]))));
      case "send" -> {
        opened().send(words[1], Long.parseLong(words[2]));
        yield "sent";
      }
      case "close" -> {
        opened().close();
        raw = null;
        yield "closed";
      }
      default -> throw new IllegalArgumentException("no such command: " + line);
    };
  }

  private long keep(ByteSize size) {
    try {
      GuestRam memory = GuestRam.allocate(size);
      try {
        return opened().receive(memory.segment());
      } finally {
        memory.release();
      }
    } catch (HypervisorException e) {
      throw new IllegalStateException(e);
    }
  }

  private RawAeron opened() {
    RawAeron end = raw;
    if (end == null) {
      throw new IllegalStateException("not open");
    }
    return end;
  }
}
