package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads HOCON over {@code reference.conf}, strictly: under {@code drover} only keys that the
 * reference has are allowed, so that a misspelt limit never is a silent default.
 */
public final class SettingsFile {
  private static final String ROOT = "drover";
  private static final Pattern WITH_UNIT = Pattern.compile("\\d+(\\.\\d+)?\\s*[a-zA-Z]+");

  /** Zero is the same in every unit. */
  private static final Pattern BARE_NUMBER = Pattern.compile("\\s*-?\\d*[1-9][\\d.]*\\s*");

  private SettingsFile() {}

  /**
   * The reference configuration under the given file under system properties ({@code
   * -Ddrover.node.name=…}).
   *
   * @param file empty = reference and system properties only
   * @throws SettingsException naming the key, or the file that cannot be read
   */
  public static Config load(Optional<Path> file) {
    try {
      Config user = file.map(SettingsFile::parse).orElse(ConfigFactory.empty());
      Config properties = ConfigFactory.systemProperties();
      Config overrides =
          (properties.hasPath(ROOT) ? properties.withOnlyPath(ROOT) : ConfigFactory.empty())
              .withFallback(user);
      Config reference = ConfigFactory.defaultReferenceUnresolved();
      rejectUnknownKeys(overrides, reference);
      rejectMissingUnits(overrides, reference);
      return overrides.withFallback(reference).resolve();
    } catch (ConfigException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Config parse(Path file) {
    if (!Files.isReadable(file)) {
      throw new SettingsException(
          "configuration file " + file + " does not exist or cannot be read");
    }
    return ConfigFactory.parseFile(
        file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
  }

  private static void rejectUnknownKeys(Config overrides, Config reference) {
    for (Map.Entry<String, ConfigValue> entry : overrides.entrySet()) {
      String key = entry.getKey();
      if (key.startsWith(ROOT + ".") && !isKnown(key, reference)) {
        throw new SettingsException(
            "unknown key \"%s\" (%s)".formatted(key, entry.getValue().origin().description()));
      }
    }
  }

  /** A bare number would be read as milliseconds or bytes, whatever its writer meant. */
  private static void rejectMissingUnits(Config overrides, Config reference) {
    for (Map.Entry<String, ConfigValue> entry : overrides.entrySet()) {
      String key = entry.getKey();
      String value = String.valueOf(entry.getValue().unwrapped());
      boolean hasUnit =
          key.startsWith(ROOT + ".")
              && reference.hasPath(key)
              && WITH_UNIT.matcher(reference.getValue(key).unwrapped().toString()).matches();
      if (hasUnit && BARE_NUMBER.matcher(value).matches()) {
        throw new SettingsException(
            "%s has no unit: %s (%s); the default is %s"
                .formatted(
                    key,
                    value,
                    entry.getValue().origin().description(),
                    reference.getValue(key).unwrapped()));
      }
    }
  }

  /**
   * A key is known when the reference has it, or has an open map ({@code labels {}}) above it, or a
   * list above its index: system properties give lists that way ({@code seed-nodes.0}).
   */
  private static boolean isKnown(String key, Config reference) {
    if (reference.hasPathOrNull(key)) {
      return true;
    }
    List<String> path = ConfigUtil.splitPath(key);
    String parent = ConfigUtil.joinPath(path.subList(0, path.size() - 1));
    if (!reference.hasPath(parent)) {
      return false;
    }
    ConfigValueType type = reference.getValue(parent).valueType();
    return (type == ConfigValueType.OBJECT && reference.getConfig(parent).isEmpty())
        || (type == ConfigValueType.LIST && path.getLast().matches("\\d{1,3}"));
  }
}
