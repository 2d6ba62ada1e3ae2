package io.drover.config.settings;

import com.typesafe.config.Config;
import java.util.Locale;

/**
 * The journal database of the whole cluster.
 *
 * @param pool connections for the journal, and as many again for the read side
 */
public record DatabaseSettings(Kind kind, String url, String user, String password, int pool) {
  private static final String SECTION = "drover.node.database";
  private static final int POOL_MIN = 2;
  private static final int POOL_LIMIT = 100;
  private static final String H2_DURABLE = "WRITE_DELAY=0";

  public DatabaseSettings {
    if (!url.startsWith(kind.urlPrefix)) {
      throw new SettingsException(
          "drover.node.database.url must start with %s for kind %s: %s"
              .formatted(kind.urlPrefix, kind, url));
    }
    // H2 acknowledges commits before it writes them unless told otherwise; memory has nothing to
    // lose
    if (kind == Kind.H2
        && !url.startsWith("jdbc:h2:mem:")
        && !url.toUpperCase(Locale.ROOT).contains(H2_DURABLE)) {
      throw new SettingsException(
          "drover.node.database.url must contain ;"
              + H2_DURABLE
              + " or a killed process loses acknowledged changes: "
              + url);
    }
    if (pool < POOL_MIN || pool > POOL_LIMIT) {
      throw new SettingsException(
          "drover.node.database.pool must be %d..%d: %d".formatted(POOL_MIN, POOL_LIMIT, pool));
    }
  }

  static DatabaseSettings from(Config root) {
    return new DatabaseSettings(
        Kind.parse(root.getString(SECTION + ".kind")),
        root.getString(SECTION + ".url"),
        root.getString(SECTION + ".user"),
        root.getString(SECTION + ".password"),
        root.getInt(SECTION + ".pool"));
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    return kind + " " + url + " as " + user;
  }

  /** Which product; both hold the same tables. */
  public enum Kind {
    /** One machine only: survives the death of processes, not of the machine. */
    H2("jdbc:h2:"),
    POSTGRESQL("jdbc:postgresql:");

    private final String urlPrefix;

    Kind(String urlPrefix) {
      this.urlPrefix = urlPrefix;
    }

    private static Kind parse(String text) {
      for (Kind kind : values()) {
        if (kind.toString().equals(text)) {
          return kind;
        }
      }
      throw new SettingsException(
          "drover.node.database.kind must be h2 or postgresql: \"" + text + "\"");
    }

    /** As written in the configuration, and the folder of its migrations. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
