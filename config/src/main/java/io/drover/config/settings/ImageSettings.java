package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.drover.config.units.ByteSize;
import java.time.Duration;

/**
 * Images that come through the API.
 *
 * @param sizeLimit of one image
 * @param moduleLimit of a WebAssembly module, which is read as a whole
 * @param abandonedAfter without another byte an upload is collected
 */
public record ImageSettings(ByteSize sizeLimit, ByteSize moduleLimit, Duration abandonedAfter) {
  private static final String SECTION = "drover.images";

  public ImageSettings {
    if (sizeLimit.bytes() <= 0) {
      throw new SettingsException(SECTION + ".size-limit must be above 0: " + sizeLimit);
    }
    if (moduleLimit.bytes() <= 0 || moduleLimit.bytes() > Integer.MAX_VALUE / 2) {
      throw new SettingsException(
          SECTION + ".module-limit must be above 0 and below 1GiB: " + moduleLimit);
    }
    if (abandonedAfter.compareTo(Duration.ZERO) <= 0) {
      throw new SettingsException(SECTION + ".abandoned-after must be above 0: " + abandonedAfter);
    }
  }

  /**
   * Reads {@code drover.images} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static ImageSettings from(Config root) {
    try {
      return new ImageSettings(
          new ByteSize(root.getMemorySize(SECTION + ".size-limit").toBytes()),
          new ByteSize(root.getMemorySize(SECTION + ".module-limit").toBytes()),
          root.getDuration(SECTION + ".abandoned-after"));
    } catch (ConfigException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }
}
