package io.drover.agent.witness;

import io.drover.protocol.v1.VouchRequest;
import java.util.Set;

/** The way to the witnesses of this host. Called by one thread. */
public interface Witnesses extends AutoCloseable {
  /** Nobody else will be asked. */
  void retain(Set<String> endpoints);

  /**
   * Asks a witness; does not block.
   *
   * @param vouched called, on any thread, when it vouched; not when it refused or is away
   */
  void vouch(String endpoint, VouchRequest request, Runnable vouched);

  @Override
  void close();
}
