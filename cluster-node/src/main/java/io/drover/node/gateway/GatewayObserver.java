package io.drover.node.gateway;

import io.drover.config.units.HostId;

/** Told what happens to agent sessions, for metrics and logs. Called on actor threads. */
public interface GatewayObserver {
  void sessionOpened(HostId host);

  void sessionClosed(HostId host, String reason);

  /** It was not let in, or sent away. */
  void sessionRefused(String reason);
}
