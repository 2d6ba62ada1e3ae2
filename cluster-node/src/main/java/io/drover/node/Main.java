package io.drover.node;

import com.typesafe.config.ConfigFactory;
import io.drover.config.settings.SettingsException;
import io.drover.config.settings.SettingsFile;
import io.drover.node.wiring.NodeStartException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code drover node}: one control node as a process, until SIGTERM. */
public final class Main {
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;

  /**
   * Nothing is wrong with this node: its supervisor starts it again, and it joins as a new member.
   */
  private static final int EXIT_REMOVED = 3;

  private static final String USAGE =
      """
      Usage: drover node [--config FILE] [--insecure-bind]
        --config FILE     settings over the defaults (HOCON, section drover.node)
        --insecure-bind   accept other addresses than loopback: there is no authentication yet
      Each key may also be given as -Ddrover.node.KEY=VALUE in DROVER_JAVA_OPTS.
      Exit code: 0 after SIGTERM; 1 it cannot run; 2 called wrongly; 3 the other nodes, or the loss of
      the database in a moment when it mattered, have ended it: start it again.\
      """;

  private Main() {}

  /**
   * Exits with 0 after SIGTERM, 1 when the node cannot run, 2 when it was called wrongly, 3 when it
   * is no member any more and is to be started again.
   */
  public static void main(String[] args) {
    Optional<Path> file = Optional.empty();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--config" -> {
          if (i + 1 == args.length) {
            fail(EXIT_USAGE, "--config needs a file\n" + USAGE);
          }
          file = Optional.of(Path.of(args[++i]));
        }
        case "--insecure-bind" -> {
          System.setProperty("drover.node.insecure-bind", "true");
          ConfigFactory.invalidateCaches();
        }
        case "--help", "-h" -> {
          System.out.println(USAGE);
          return;
        }
        default -> fail(EXIT_USAGE, "unknown argument \"" + args[i] + "\"\n" + USAGE);
      }
    }
    run(file);
  }

  private static void run(Optional<Path> file) {
    try {
      ControlNode node = ControlNode.start(SettingsFile.load(file));
      Thread stop = new Thread(node::close, "drover-stop");
      Runtime.getRuntime().addShutdownHook(stop);
      System.out.println("drover node: http://" + node.http() + " gateway " + node.gateway());
      node.whenStopped().toCompletableFuture().join();
      if (!stop.isAlive()) {
        Runtime.getRuntime().removeShutdownHook(stop);
        node.close();
        fail(EXIT_REMOVED, "the cluster goes on without this node; start it again");
      }
    } catch (SettingsException e) {
      fail(EXIT_USAGE, String.valueOf(e.getMessage()));
    } catch (NodeStartException e) {
      fail(EXIT_FAILED, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      fail(EXIT_FAILED, "broke while starting: " + e);
    }
  }

  private static void fail(int code, String message) {
    System.err.println("drover node: " + message);
    System.exit(code);
  }
}
