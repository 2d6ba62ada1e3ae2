package io.drover.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.drover.agent.AgentStartException;
import io.drover.agent.HostAgent;
import io.drover.agent.store.StoreException;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.NodeSettings;
import io.drover.config.settings.SettingsException;
import io.drover.config.settings.SettingsFile;
import io.drover.config.settings.TransferSettings;
import io.drover.node.wiring.FreePorts;
import io.drover.node.wiring.NodeStartException;
import io.drover.transfer.TransferEngine;
import io.drover.transfer.driver.AeronTransferEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * {@code drover dev}: a whole fleet in one process. Two areas, each with one control node and two
 * hosts with embedded guests; every part talks to the others over the same sockets as in
 * production. Ports are those of the settings for area north, and the next ones for south.
 */
public final class DevFleet implements AutoCloseable {
  private static final List<String> AREAS = List.of("north", "south");
  private static final List<String> HOSTS = List.of("h1", "h2");
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);
  private static final Duration READY_POLL = Duration.ofMillis(50);
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_REMOVED = 3; // as of a node by itself
  private static final String USAGE =
      """
      Usage: drover dev [--data DIR] [--config FILE]
        --data DIR      where the fleet keeps what it must not forget (default ./.drover/dev)
        --config FILE   settings over the defaults, for every part of the fleet\
      """;

  private final Config root;
  private final Path data;
  private final List<HostAgent> agents = new CopyOnWriteArrayList<>();
  private final List<ControlNode> nodes = new CopyOnWriteArrayList<>();
  private final TransferEngine engine;

  private DevFleet(Config root, Path data, TransferEngine engine) {
    this.root = root;
    this.data = data;
    this.engine = engine;
  }

  /**
   * Starts it and returns when every node is ready. Blocks.
   *
   * @param root settings of all parts; names, areas, ports and places are the fleet's own
   * @param data folder of the journal and of the agents' stores
   * @throws NodeStartException when a part cannot start
   */
  public static DevFleet start(Config root, Path data) {
    TransferEngine engine =
        AeronTransferEngine.launch(
            AgentSettings.from(root).transfer(), TransferSettings.from(root));
    DevFleet fleet = new DevFleet(root, data, engine);
    try {
      fleet.requireFreePorts();
    } catch (RuntimeException e) {
      fleet.close();
      throw e;
    }
    CompletableFuture<Void> agents = CompletableFuture.runAsync(fleet::startAgents);
    try {
      fleet.startNodes();
      agents.join();
      fleet.awaitReady();
      return fleet;
    } catch (CompletionException e) {
      fleet.close();
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } catch (RuntimeException e) {
      agents.exceptionally(_ -> null).join(); // what is half started cannot be closed
      fleet.close();
      throw e;
    }
  }

  /** Where the API of each area listens. */
  public List<BindAddress> http() {
    return nodes.stream().map(ControlNode::http).toList();
  }

  /** Agents first, so that no host is taken for lost. */
  @Override
  public void close() {
    inParallel(agents, HostAgent::close);
    engine.close();
    inParallel(nodes, ControlNode::close);
  }

  private static <T> void inParallel(List<T> parts, Consumer<T> work) {
    CompletableFuture.allOf(
            parts.stream()
                .map(part -> CompletableFuture.runAsync(() -> work.accept(part)))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  /** Of all nodes, before an agent dials the gateway of whoever has the port. */
  private void requireFreePorts() {
    for (int i = 0; i < AREAS.size(); i++) {
      FreePorts.require(NodeSettings.from(node(i)));
    }
  }

  private void startNodes() {
    for (int i = 0; i < AREAS.size(); i++) {
      nodes.add(ControlNode.start(node(i)));
    }
  }

  private Config node(int area) {
    Map<String, Object> keys = new HashMap<>();
    keys.put("drover.node.name", AREAS.get(area) + "-n1");
    keys.put("drover.node.area", AREAS.get(area));
    keys.put("drover.node.backups", AREAS.subList(area + 1, AREAS.size()));
    keys.put("drover.node.cluster.port", port("cluster", area));
    keys.put("drover.node.cluster.seed-nodes", seedNodes());
    keys.put("drover.node.http.port", port("http", area));
    keys.put("drover.node.gateway.port", port("gateway", area));
    keys.put(
        "drover.node.database.url",
        "jdbc:h2:file:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
            .formatted(data.resolve("journal").toAbsolutePath()));
    return with(keys);
  }

  private List<String> seedNodes() {
    return nodes.stream().limit(1).map(node -> node.cluster().toString()).toList();
  }

  /** Side by side with the nodes: agents try their gateway until it is there. */
  private void startAgents() {
    for (int i = 0; i < AREAS.size(); i++) {
      for (String host : HOSTS) {
        Map<String, Object> keys = new HashMap<>();
        keys.put("drover.agent.name", host);
        keys.put("drover.agent.area", AREAS.get(i));
        keys.put("drover.agent.control-endpoints", List.of("127.0.0.1:" + port("gateway", i)));
        keys.put("drover.agent.state-dir", data.resolve(AREAS.get(i) + "-" + host).toString());
        keys.put("drover.agent.lease.enabled", false); // a guard would kill this whole process
        agents.add(HostAgent.start(with(keys), engine));
      }
    }
  }

  private int port(String section, int area) {
    return root.getInt("drover.node." + section + ".port") + area;
  }

  private Config with(Map<String, Object> keys) {
    return ConfigFactory.parseMap(keys, "drover dev").withFallback(root).resolve();
  }

  private void awaitReady() {
    long deadlineNs = System.nanoTime() + READY_LIMIT.toNanos();
    for (ControlNode node : nodes) {
      while (!node.ready()) {
        if (System.nanoTime() - deadlineNs > 0) {
          throw new NodeStartException(
              "not ready within %s: %s"
                  .formatted(READY_LIMIT, node.waitsFor().orElse("it just became ready")));
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(READY_POLL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeStartException("interrupted while starting", e);
    }
  }

  /** Runs until SIGTERM. Exits with 1 when it cannot start, with 2 when it was called wrongly. */
  public static void main(String[] args) {
    Path data = Path.of(".drover", "dev");
    Optional<Path> file = Optional.empty();
    for (int i = 0; i < args.length; i++) {
      boolean hasValue = i + 1 < args.length;
      if (args[i].equals("--data") && hasValue) {
        data = Path.of(args[++i]);
      } else if (args[i].equals("--config") && hasValue) {
        file = Optional.of(Path.of(args[++i]));
      } else if (args[i].equals("--help") || args[i].equals("-h")) {
        System.out.println(USAGE);
        return;
      } else {
        fail(EXIT_USAGE, "unknown or incomplete argument \"" + args[i] + "\"\n" + USAGE);
      }
    }
    DevFleet fleet = startOrFail(data, file);
    Thread stop = new Thread(fleet::close, "drover-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    System.out.println(
        "drover dev: ready; area north on http://%s, area south on http://%s"
            .formatted(fleet.http().getFirst(), fleet.http().getLast()));
    fleet.awaitEndOfANode();
    if (!stop.isAlive()) {
      fail(EXIT_REMOVED, "a control node has ended; start the fleet again");
    }
  }

  private void awaitEndOfANode() {
    CompletableFuture.anyOf(
            nodes.stream()
                .map(node -> node.whenStopped().toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .join();
  }

  private static DevFleet startOrFail(Path data, Optional<Path> file) {
    try {
      return start(SettingsFile.load(file), data);
    } catch (SettingsException e) {
      fail(EXIT_USAGE, String.valueOf(e.getMessage()));
    } catch (NodeStartException | AgentStartException | StoreException e) {
      fail(EXIT_FAILED, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      fail(EXIT_FAILED, "broke while starting: " + e);
    }
    throw new AssertionError("unreachable");
  }

  private static void fail(int code, String message) {
    System.err.println("drover dev: " + message);
    System.exit(code);
  }
}
