package io.drover.node.wiring;

import io.drover.config.settings.BindAddress;
import io.drover.config.settings.NodeSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Whether a node will be able to listen where its settings say. */
public final class FreePorts {
  private FreePorts() {}

  /**
   * Finds out before anything is started. Pekko's own messages about ports in use name no key, and
   * come as stack traces in the log.
   *
   * @throws NodeStartException naming port and key
   */
  public static void require(NodeSettings node) {
    requireFree("cluster", node.cluster());
    requireFree("http", node.http());
    requireFree("gateway", node.gateway());
  }

  private static void requireFree(String section, BindAddress address) {
    if (address.port() == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address.host(), address.port()));
    } catch (IOException e) {
      throw NodeStartException.cannotListen(section, address, e);
    }
  }
}
