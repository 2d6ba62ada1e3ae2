package io.drover.multinode.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on the loopback interface, from below those that Linux gives to outgoing connections
 * (32768 and up, {@code ip_local_port_range}): one of these would take the port of a process that
 * is being killed and started again.
 */
public final class Ports {
  private static final int FIRST = 15_000;
  private static final int END = 32_000;
  private static final int TRIES_LIMIT = 1_000;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** A port that was free a moment ago, and that nobody in this JVM was given. */
  public static int free() {
    for (int i = 0; i < TRIES_LIMIT; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port) && GIVEN.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no free port from %d to %d in %d tries".formatted(FIRST, END, TRIES_LIMIT));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false; // somebody has it
    }
  }
}
