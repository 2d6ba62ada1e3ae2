package io.drover.node.membership;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the journal's database that nobody else uses, for a thread that must not be held
 * up: by a lock that somebody keeps, or a network that swallows. Opened when it is needed. For one
 * thread.
 */
public final class PromptConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PromptConnection.class);

  /** An answer takes a round trip; one that takes longer is none. */
  public static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

  private static final int ANSWER_LIMIT_S = (int) ANSWER_LIMIT.toSeconds();

  private final String url;
  private final Properties properties = new Properties();
  private @Nullable Connection connection;

  /**
   * Not open yet.
   *
   * @param application as the server's administrator sees it
   */
  public PromptConnection(String url, String user, String password, String application) {
    this.url = url;
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    if (url.startsWith("jdbc:postgresql:")) {
      String limit = Integer.toString(ANSWER_LIMIT_S);
      properties.setProperty("ApplicationName", application);
      properties.setProperty("connectTimeout", limit);
      properties.setProperty("loginTimeout", limit);
      properties.setProperty("socketTimeout", limit);
    }
  }

  /** Opens it, unless it is. */
  public Connection open() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = DriverManager.getConnection(url, properties);
      connection = open;
    }
    return open;
  }

  /** Opens it, and makes sure that it answers. */
  public Connection answering() throws SQLException {
    Connection open = open();
    if (!open.isValid(ANSWER_LIMIT_S)) {
      throw new SQLException("no answer within " + ANSWER_LIMIT_S + " s");
    }
    return open;
  }

  /** A statement that is given up in time. */
  static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setQueryTimeout(ANSWER_LIMIT_S);
    return statement;
  }

  /** Repeatable; it may be opened again. */
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.atDebug().setCause(e).log("a lost connection did not close in order");
      }
    }
  }
}
