package io.drover.cli.command;

import io.drover.cli.client.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Copies the console of one VM to the terminal, byte by byte. */
final class Console {
  /** What the server gives at once. */
  private static final int PIECE_BYTES = 64 * 1024;

  private static final Duration QUIET_PAUSE = Duration.ofSeconds(1);

  private final Session session;
  private final String path;
  private long offset;

  Console(Session session, String vmPath) {
    this.session = session;
    this.path = vmPath + "/console";
  }

  int print(long fromOffset, boolean follow) {
    offset = fromOffset;
    while (true) {
      long from = offset;
      boolean whole;
      try {
        whole = session.patiently(() -> copy(follow));
      } catch (RefusedException e) {
        if (follow && e.is("not-found") && from > fromOffset) {
          return Session.DONE; // it was followed to its end
        }
        throw e;
      }
      if (!follow && whole && offset - from < PIECE_BYTES) {
        return Session.DONE; // less than a whole piece: that was the end
      }
      if (offset == from) {
        session.pause(QUIET_PAUSE);
      }
    }
  }

  /** Prints one answer; false when the connection broke before its end. */
  private boolean copy(boolean follow) {
    HttpResponse<InputStream> response =
        session.api().stream(
            path + "?fromOffset=" + offset + (follow ? "&follow=true" : ""),
            Map.of("Accept", "text/plain"));
    offset = response.headers().firstValueAsLong("Drover-Console-Start").orElse(offset);
    byte[] buffer = new byte[8192];
    try (InputStream in = response.body()) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        session.out().write(buffer, 0, count);
        session.out().flush();
        offset += count;
      }
      return true;
    } catch (IOException e) {
      session.terminal().err().println("drover: the connection broke; going on from " + offset);
      return false;
    }
  }
}
