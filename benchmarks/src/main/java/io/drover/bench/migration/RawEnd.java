package io.drover.bench.migration;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The benchmark's side of the command socket of one {@link MeasuredAgent}. Blocking. */
final class RawEnd {
  private final int port;

  /** Reads the port that the agent with this state directory has written. */
  RawEnd(Path stateDirectory) {
    Path file =
        stateDirectory.resolveSibling(stateDirectory.getFileName() + "-" + MeasuredAgent.PORT_FILE);
    try {
      port = Integer.parseInt(Files.readString(file).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("the measured agent has not written " + file, e);
    }
  }

  /** Sends one command and waits for its answer. */
  String command(String line) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      out.println(line);
      String answer = in.readLine();
      if (answer == null) {
        throw new IllegalStateException("no answer to \"" + line + "\"; see the agent's log");
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }
}
