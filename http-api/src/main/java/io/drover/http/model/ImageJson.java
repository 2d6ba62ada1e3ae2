package io.drover.http.model;

import io.drover.actor.api.ImageView;
import java.util.List;

/** An image, and the hosts that can run it. */
public record ImageJson(
    String name,
    String hypervisor,
    long sizeBytes,
    String sha256,
    long minMemoryBytes,
    List<String> hosts) {
  public static ImageJson from(ImageView image) {
    return new ImageJson(
        image.name(),
        image.hypervisor(),
        image.size().bytes(),
        image.sha256(),
        image.minMemory().bytes(),
        image.hosts());
  }
}
