package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.drover.config.units.MalformedIdException;
import java.time.Duration;
import java.util.function.Function;

/**
 * Where a record of settings is read from. What is wrong there is refused with this path, as the
 * operator wrote it.
 */
record Section(String path) {
  /**
   * Makes a record of the section's keys.
   *
   * @throws SettingsException when a key is missing, or is not what it has to be
   */
  <T> T read(Config root, Function<Config, T> make) {
    try {
      return make.apply(root.getConfig(path));
    } catch (ConfigException | MalformedIdException e) {
      throw new SettingsException(path + ": " + e.getMessage(), e);
    }
  }

  void require(boolean holds, String key, String form, Object value) {
    if (!holds) {
      throw new SettingsException("%s.%s must be %s: %s".formatted(path, key, form, value));
    }
  }

  void requirePositive(String key, Duration value) {
    require(value.compareTo(Duration.ZERO) > 0, key, "above 0", value);
  }

  void requireBetween(String key, int least, int most, int value) {
    require(value >= least && value <= most, key, least + ".." + most, value);
  }
}
