package io.drover.config.settings;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where something listens.
 *
 * @param port 0 = any free one
 */
public record BindAddress(String host, int port) {
  private static final int PORT_LIMIT = 65_535;

  public BindAddress {
    if (host.isBlank()) {
      throw new SettingsException("a host must not be blank");
    }
    if (port < 0 || port > PORT_LIMIT) {
      throw new SettingsException("a port must be 0.." + PORT_LIMIT + ": " + port);
    }
  }

  /**
   * Reads {@code <path>.host} and {@code <path>.port}.
   *
   * @param path the whole of it: an error names the key as the operator wrote it
   */
  static BindAddress from(Config root, String path) {
    try {
      return new BindAddress(root.getString(path + ".host"), root.getInt(path + ".port"));
    } catch (SettingsException e) {
      throw new SettingsException(path + ": " + e.getMessage(), e);
    }
  }

  /** Parses {@code host:port} that stands at a key. */
  static BindAddress parse(String text, String key) {
    try {
      return parse(text);
    } catch (SettingsException e) {
      throw new SettingsException(key + ": " + e.getMessage(), e);
    }
  }

  /** Parses {@code host:port}. */
  public static BindAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new BindAddress(
          text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new SettingsException("\"" + text + "\" is not host:port", e);
    }
  }

  /** Whether nobody but this machine can reach it; false when the name cannot be resolved. */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
