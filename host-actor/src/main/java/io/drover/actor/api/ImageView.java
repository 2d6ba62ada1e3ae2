package io.drover.actor.api;

import io.drover.actor.agent.ImageArguments;
import io.drover.config.units.ByteSize;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An image, and which hosts can run it.
 *
 * @param hypervisor kind that runs it; empty when none does yet
 * @param uploaded what is known of one that came through the API; empty = hosts bring it themselves
 */
public record ImageView(
    String name,
    String hypervisor,
    ByteSize size,
    String sha256,
    ByteSize minMemory,
    ImageArguments arguments,
    List<String> hosts,
    Optional<Uploaded> uploaded) {
  public ImageView {
    hosts = List.copyOf(hosts);
  }

  /** How it came. */
  public record Uploaded(ImageFormat format, Instant at) {}
}
