package io.drover.node.wiring;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.DatabaseSettings;
import io.drover.config.settings.NodeSettings;
import io.drover.node.sharding.CellAllocation;
import io.drover.node.sharding.ClusterNodes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.Address;

/** The configuration of a node's actor system: {@code drover-pekko.conf} under its settings. */
public final class PekkoConfig {
  /** Of all control nodes: part of every cluster address. */
  public static final String SYSTEM_NAME = "drover";

  /**
   * Below the 5 s for which the read side waits for a gap in the journal, so that no transaction
   * outlives that.
   */
  private static final String POSTGRESQL_LIMITS =
      "SET statement_timeout = '3s'; SET idle_in_transaction_session_timeout = '3s'";

  private PekkoConfig() {}

  /** For one node; the ports in it are final unless 0. */
  public static Config of(NodeSettings settings) {
    Map<String, Object> values = new HashMap<>();
    values.put("pekko.remote.artery.canonical.hostname", settings.cluster().host());
    values.put("pekko.remote.artery.canonical.port", settings.cluster().port());
    values.put(
        "pekko.cluster.roles",
        List.of(CellAllocation.roleOf(settings.area()), ClusterNodes.roleOf(settings.name())));
    values.putAll(database(settings.database()));
    return ConfigFactory.parseMap(values, "settings of node " + settings.name())
        .withFallback(
            ConfigFactory.parseResources(
                PekkoConfig.class.getClassLoader(),
                "drover-pekko.conf",
                ConfigParseOptions.defaults().setAllowMissing(false)))
        .withFallback(ConfigFactory.defaultReferenceUnresolved())
        .resolve();
  }

  /** Who may be asked to let this node in. */
  public static List<Address> seedNodes(NodeSettings settings) {
    return settings.seedNodes().stream().map(PekkoConfig::address).toList();
  }

  private static Address address(BindAddress node) {
    return new Address("pekko", SYSTEM_NAME, node.host(), node.port());
  }

  private static Map<String, Object> database(DatabaseSettings settings) {
    String slick = "pekko-persistence-jdbc.shared-databases.slick.";
    Map<String, Object> values = new HashMap<>();
    switch (settings.kind()) {
      case H2 -> {
        values.put(slick + "profile", "slick.jdbc.H2Profile$");
        values.put(slick + "db.driver", "org.h2.Driver");
        values.put("pekko.projection.jdbc.dialect", "h2-dialect");
      }
      case POSTGRESQL -> {
        values.put(slick + "profile", "slick.jdbc.PostgresProfile$");
        values.put(slick + "db.driver", "org.postgresql.Driver");
        values.put(slick + "db.connectionInitSql", POSTGRESQL_LIMITS);
        values.put("pekko.projection.jdbc.dialect", "postgres-dialect");
      }
    }
    for (String section : List.of(slick + "db.", "drover-lease.database.")) {
      values.put(section + "url", settings.url());
      values.put(section + "user", settings.user());
      values.put(section + "password", settings.password());
    }
    for (String size : List.of("numThreads", "maxConnections", "minConnections")) {
      values.put(
          slick + "db." + size, settings.pool()); // Slick wants as many threads as connections
    }
    values.put("drover-read-side-dispatcher.thread-pool-executor.fixed-pool-size", settings.pool());
    return values;
  }
}
