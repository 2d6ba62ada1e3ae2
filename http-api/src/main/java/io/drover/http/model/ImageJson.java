package io.drover.http.model;

import io.drover.actor.api.ImageView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An image, and the hosts that can run it.
 *
 * @param hypervisor kind that runs it; absent when none does yet
 * @param format of one that came through the API
 */
public record ImageJson(
    String name,
    Optional<String> hypervisor,
    long sizeBytes,
    String sha256,
    long minMemoryBytes,
    List<String> hosts,
    boolean uploaded,
    Optional<String> format,
    Optional<Instant> uploadedAt) {
  public static ImageJson from(ImageView image) {
    return new ImageJson(
        image.name(),
        Optional.of(image.hypervisor()).filter(kind -> !kind.isEmpty()),
        image.size().bytes(),
        image.sha256(),
        image.minMemory().bytes(),
        image.hosts(),
        image.uploaded().isPresent(),
        image.uploaded().map(uploaded -> uploaded.format().name()),
        image.uploaded().map(ImageView.Uploaded::at));
  }
}
