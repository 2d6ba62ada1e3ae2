package io.drover.config.settings;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Commands that switch a host's power off.
 *
 * @param devices in the order they are tried
 * @param timeout of one run
 * @param attempts of one device
 * @param retry after which all are tried again
 */
public record FencingSettings(
    List<Device> devices, Duration timeout, int attempts, Duration retry, int retryLimit) {
  private static final Section SECTION = new Section("drover.fencing");

  public FencingSettings {
    devices = List.copyOf(devices);
    SECTION.requirePositive("timeout", timeout);
    SECTION.requirePositive("retry", retry);
    SECTION.requireBetween("attempts", 1, 10, attempts);
    SECTION.requireBetween("retry-limit", 0, 100, retryLimit);
  }

  /**
   * One way to a host's power.
   *
   * @param command the program and its arguments
   * @param hosts {@code area/name}; {@code *} stands for any text
   * @param parameters written to its standard input as {@code key=value}
   */
  public record Device(List<String> command, String hosts, Map<String, String> parameters) {
    public Device {
      command = List.copyOf(command);
      parameters = Map.copyOf(parameters);
      SECTION.require(!command.isEmpty(), "devices.command", "a program and its arguments", "[]");
      SECTION.require(
          parameters.entrySet().stream()
              .noneMatch(e -> isBroken(e.getKey() + e.getValue()) || e.getKey().equals("action")),
          "devices.parameters",
          "without line breaks, and without action",
          parameters.keySet());
    }

    /** Without the parameters: there are passwords among them. */
    @Override
    public String toString() {
      return String.join(" ", command) + " for " + hosts;
    }

    private static boolean isBroken(String text) {
      return text.chars().anyMatch(Character::isISOControl);
    }

    private static Device from(Config device) {
      Map<String, String> parameters = new TreeMap<>();
      if (device.hasPath("parameters")) {
        Config given = device.getConfig("parameters");
        given.root().keySet().forEach(key -> parameters.put(key, given.getString(quoted(key))));
      }
      return new Device(
          device.getStringList("command"),
          device.hasPath("hosts") ? device.getString("hosts") : "*",
          parameters);
    }

    private static String quoted(String key) {
      return "\"" + key + "\"";
    }
  }

  /**
   * Reads {@code drover.fencing} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static FencingSettings from(Config root) {
    return SECTION.read(
        root,
        fencing ->
            new FencingSettings(
                fencing.getConfigList("devices").stream().map(Device::from).toList(),
                fencing.getDuration("timeout"),
                fencing.getInt("attempts"),
                fencing.getDuration("retry"),
                fencing.getInt("retry-limit")));
  }
}
