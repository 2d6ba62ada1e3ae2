package io.drover.agent;

import com.typesafe.config.Config;
import io.drover.agent.embedded.EmbeddedHypervisor;
import io.drover.agent.embedded.EmbeddedLimits;
import io.drover.agent.embedded.ImageCatalog;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.qemu.QemuHypervisor;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.QemuSettings;
import io.drover.config.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes what a real agent works with from its configuration. */
final class AgentAssembly {
  /** Embedded images lie in a directory of their own, beside those of other hypervisors. */
  private static final String EMBEDDED_IMAGES = "embedded";

  private AgentAssembly() {}

  /** All hypervisors, also those this host cannot run: the control plane is told why not. */
  static List<Hypervisor> hypervisors(Config root) {
    AgentSettings settings = AgentSettings.from(root);
    List<Hypervisor> hypervisors = new ArrayList<>();
    hypervisors.add(
        new EmbeddedHypervisor(
            embeddedImages(settings), EmbeddedLimits.of(HostCapacity.of(settings).memory())));
    hypervisors.add(new QemuHypervisor(QemuSettings.from(root)));
    return hypervisors;
  }

  private static ImageCatalog embeddedImages(AgentSettings settings) {
    Path directory = settings.imagesDirectory().resolve(EMBEDDED_IMAGES);
    try {
      return Files.isDirectory(directory)
          ? ImageCatalog.withDirectory(directory)
          : ImageCatalog.bundled();
    } catch (HypervisorException e) {
      throw new SettingsException("drover.agent.images-dir: " + e.getMessage(), e);
    }
  }
}
