package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.drover.config.units.AreaId;
import io.drover.config.units.CellId;
import io.drover.config.units.MalformedIdException;
import java.util.List;
import java.util.Optional;

/**
 * One control node.
 *
 * @param name unique in the cluster
 * @param cells of its area; the same on all nodes, for ever
 * @param cluster where other control nodes reach this one
 * @param seedNodes {@code host:port}; empty = a cluster of its own
 * @param gateway where agents reach it
 * @param advertisedGateway {@code host:port} told to agents; empty = where it listens
 * @param backups of its area, when that is first defined
 * @param hostLimit how many hosts it manages before it counts as full; VMs likewise
 * @param insecureBind allows other addresses than loopback although nothing authenticates yet
 */
public record NodeSettings(
    String name,
    AreaId area,
    int cells,
    BindAddress cluster,
    List<BindAddress> seedNodes,
    BindAddress http,
    BindAddress gateway,
    Optional<BindAddress> advertisedGateway,
    DatabaseSettings database,
    List<AreaId> backups,
    int hostLimit,
    int vmLimit,
    boolean insecureBind) {
  private static final String SECTION = "drover.node";

  public NodeSettings {
    seedNodes = List.copyOf(seedNodes);
    backups = List.copyOf(backups);
    if (hostLimit < 1 || vmLimit < 1) {
      throw new SettingsException(
          "%s.limits must be above 0: hosts %d, vms %d".formatted(SECTION, hostLimit, vmLimit));
    }
    if (!name.matches("[a-z0-9][a-z0-9-]{0,39}")) {
      throw new SettingsException(
          SECTION
              + ".name must be lower-case letters, digits and dashes, at most 40: \""
              + name
              + "\"");
    }
    if (cells < 1 || cells > CellId.INDEX_LIMIT) {
      throw new SettingsException(
          SECTION + ".cells must be 1.." + CellId.INDEX_LIMIT + ": " + cells);
    }
    if (!insecureBind) {
      requireLoopback("cluster", cluster);
      requireLoopback("http", http);
      requireLoopback("gateway", gateway);
    }
  }

  /**
   * Reads {@code drover.node} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static NodeSettings from(Config root) {
    try {
      // whole paths: an error names the key as the operator wrote it
      String advertised = root.getString(SECTION + ".gateway.advertised");
      return new NodeSettings(
          root.getString(SECTION + ".name"),
          new AreaId(root.getString(SECTION + ".area")),
          root.getInt(SECTION + ".cells"),
          BindAddress.from(root, SECTION + ".cluster"),
          addresses(root, SECTION + ".cluster.seed-nodes"),
          BindAddress.from(root, SECTION + ".http"),
          BindAddress.from(root, SECTION + ".gateway"),
          advertised.isEmpty()
              ? Optional.empty()
              : Optional.of(BindAddress.parse(advertised, SECTION + ".gateway.advertised")),
          DatabaseSettings.from(root),
          root.getStringList(SECTION + ".backups").stream().map(AreaId::new).toList(),
          root.getInt(SECTION + ".limits.hosts"),
          root.getInt(SECTION + ".limits.vms"),
          root.getBoolean(SECTION + ".insecure-bind"));
    } catch (ConfigException | MalformedIdException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }

  private static List<BindAddress> addresses(Config root, String key) {
    return root.getStringList(key).stream().map(text -> BindAddress.parse(text, key)).toList();
  }

  private static void requireLoopback(String section, BindAddress address) {
    if (!address.isLoopback()) {
      throw new SettingsException(
          "%s.%s.host is %s: anybody who reaches it controls the fleet, as there is no authentication yet; use 127.0.0.1, or accept it with --insecure-bind (%s.insecure-bind = true)"
              .formatted(SECTION, section, address.host(), SECTION));
    }
  }
}
