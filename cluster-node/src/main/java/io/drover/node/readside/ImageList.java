package io.drover.node.readside;

import io.drover.actor.agent.AgentReport.ImageSupport;
import io.drover.actor.agent.ImageArguments;
import io.drover.actor.api.HostView;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.actor.api.ImageView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All images there are: those that hosts bring, and those that came through the API. Pure. */
final class ImageList {
  private ImageList() {}

  /**
   * One image per name; one that came through the API wins, as it does when a VM is created. Where
   * hosts have different files under a name, the first host's is shown.
   */
  static List<ImageView> of(List<HostView> hosts, List<StoredImage> stored) {
    Map<String, ImageView> images = new TreeMap<>();
    for (HostView host : hosts) {
      for (ImageSupport image : host.images()) {
        images.merge(image.name(), brought(host, image), ImageList::together);
      }
    }
    stored.forEach(image -> images.put(image.name(), uploaded(image, hosts)));
    return List.copyOf(images.values());
  }

  private static ImageView brought(HostView host, ImageSupport image) {
    return new ImageView(
        image.name(),
        image.hypervisor(),
        image.size(),
        image.sha256(),
        image.minMemory(),
        image.arguments(),
        image.usable() ? List.of(host.id().text()) : List.of(),
        Optional.empty());
  }

  private static ImageView together(ImageView one, ImageView other) {
    List<String> hosts = new ArrayList<>(one.hosts());
    hosts.addAll(other.hosts());
    return new ImageView(
        one.name(),
        one.hypervisor(),
        one.size(),
        one.sha256(),
        one.minMemory(),
        one.arguments().said() ? one.arguments() : other.arguments(),
        hosts,
        one.uploaded());
  }

  /** Every host with its hypervisor can run it: it fetches what it lacks. */
  private static ImageView uploaded(StoredImage image, List<HostView> hosts) {
    String hypervisor = image.format().hypervisor();
    List<String> able =
        hosts.stream()
            .filter(host ->
                host.hypervisors().stream()
                    .anyMatch(h -> h.available() && h.kind().equals(hypervisor)))
            .map(host -> host.id().text())
            .toList();
    return new ImageView(
        image.name(),
        hypervisor,
        image.size(),
        image.sha256(),
        image.minMemory(),
        arguments(image, hosts),
        able,
        Optional.of(new ImageView.Uploaded(image.format(), image.uploadedAt())));
  }

  /** Known where a host brings the same content. */
  private static ImageArguments arguments(StoredImage image, List<HostView> hosts) {
    return hosts.stream()
        .flatMap(host -> host.images().stream())
        .filter(brought -> brought.sha256().equals(image.sha256()))
        .map(ImageSupport::arguments)
        .filter(ImageArguments::said)
        .findFirst()
        .orElse(ImageArguments.UNKNOWN);
  }
}
