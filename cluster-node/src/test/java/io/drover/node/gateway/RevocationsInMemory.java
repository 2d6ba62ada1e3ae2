package io.drover.node.gateway;

import io.drover.agent.lease.Revocations;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A database that is there, or is not. */
final class RevocationsInMemory implements Revocations {
  private final Map<HostId, Epoch> written = new ConcurrentHashMap<>();
  private volatile boolean unreachable;

  void beUnreachable(boolean now) {
    unreachable = now;
  }

  @Override
  public Map<HostId, Epoch> all() {
    return Map.copyOf(written);
  }

  @Override
  public void record(HostId host, Epoch epoch) {
    if (unreachable) {
      throw new IllegalStateException("no database");
    }
    written.merge(host, epoch, (one, other) -> one.isBefore(other) ? other : one);
  }
}
