package io.drover.agent;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.drover.agent.store.StoreException;
import io.drover.config.settings.SettingsException;
import io.drover.config.settings.SettingsFile;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * {@code drover agent}: one host agent until it is told to stop. Prints one line when it is ready.
 *
 * <p>Exit codes: 0 = stopped by a signal, 1 = it could not start or could not go on, 2 = wrong
 * options or settings.
 */
public final class AgentMain {
  private static final String USAGE =
      """
      Usage: drover agent [--config FILE] [--insecure-bind] [--state-lost]
        --config FILE     settings over the defaults (HOCON, section drover.agent)
        --insecure-bind   accept other addresses than loopback: there is no authentication yet
        --state-lost      no guest of this host's earlier state folder runs any more: I looked
      Each key may also be given as -Ddrover.agent.KEY=VALUE in DROVER_JAVA_OPTS.\
      """;
  private static final int FAILED = 1;
  private static final int EXIT_USAGE = 2;

  private AgentMain() {}

  /** What the command line says. */
  private record Options(Optional<Path> file, boolean insecureBind, boolean stateLost) {
    private static Options parse(List<String> args) {
      Optional<Path> file = Optional.empty();
      boolean insecureBind = false;
      boolean stateLost = false;
      for (Iterator<String> rest = args.iterator(); rest.hasNext(); ) {
        String option = rest.next();
        if (option.equals("--config") && rest.hasNext()) {
          file = Optional.of(Path.of(rest.next()));
        } else if (option.equals("--insecure-bind")) {
          insecureBind = true;
        } else if (option.equals("--state-lost")) {
          stateLost = true;
        } else {
          throw new IllegalArgumentException("unknown or incomplete option " + option);
        }
      }
      return new Options(file, insecureBind, stateLost);
    }

    private Config load() {
      Config root = SettingsFile.load(file);
      return given(given(root, "insecure-bind", insecureBind), "state-lost", stateLost);
    }
  }

  private static Config given(Config root, String key, boolean option) {
    return option
        ? root.withValue("drover.agent." + key, ConfigValueFactory.fromAnyRef(true))
        : root;
  }

  public static void main(String[] args) {
    int status = run(List.of(args), System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** Returns the exit code when the agent has ended, or could not start. */
  static int run(List<String> args, PrintStream out, PrintStream err) {
    if (args.contains("--help") || args.contains("-h")) {
      out.println(USAGE);
      return 0;
    }
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      err.println("drover agent: " + e.getMessage());
      err.println(USAGE);
      return EXIT_USAGE;
    }
    HostAgent agent;
    try {
      agent = HostAgent.start(options.load());
    } catch (SettingsException e) {
      err.println("drover agent: " + e.getMessage());
      return EXIT_USAGE;
    } catch (StoreException | AgentStartException e) {
      err.println("drover agent: " + e.getMessage());
      return FAILED;
    }
    return serve(agent, out, err);
  }

  private static int serve(HostAgent agent, PrintStream out, PrintStream err) {
    Thread stop = new Thread(agent::close, "drover-agent-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    out.printf(
        "drover agent ready: pid %d, host %s/%s, transfers at %s, control at %s, state in %s%n",
        ProcessHandle.current().pid(),
        agent.settings().area(),
        agent.settings().name(),
        agent.transferEndpoint(),
        agent.settings().controlEndpoints(),
        agent.settings().stateDirectory().toAbsolutePath().normalize());
    out.flush();
    try {
      agent.ended().toCompletableFuture().join();
    } catch (CompletionException e) {
      err.println("drover agent: " + e.getCause());
    }
    // A signal runs the hook, which ends the JVM by itself; otherwise the agent could not go on.
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      return 0; // being stopped
    }
    agent.close();
    err.println("drover agent: ended by an internal failure; see the log");
    return FAILED;
  }
}
