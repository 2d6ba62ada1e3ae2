package io.drover.actor.api;

import io.drover.config.units.ByteSize;
import java.util.List;

/** An image, and which hosts can run it. */
public record ImageView(
    String name,
    String hypervisor,
    ByteSize size,
    String sha256,
    ByteSize minMemory,
    List<String> hosts) {
  public ImageView {
    hosts = List.copyOf(hosts);
  }
}
