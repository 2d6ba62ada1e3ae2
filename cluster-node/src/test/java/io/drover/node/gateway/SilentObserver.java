package io.drover.node.gateway;

import io.drover.config.units.HostId;

/** For tests that ask nothing of it. */
final class SilentObserver implements GatewayObserver {
  @Override
  public void sessionOpened(HostId host) {}

  @Override
  public void sessionClosed(HostId host, String reason) {}

  @Override
  public void sessionRefused(String reason) {}
}
