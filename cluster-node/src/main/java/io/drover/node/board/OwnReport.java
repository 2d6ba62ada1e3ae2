package io.drover.node.board;

import io.drover.actor.area.NodeLoad;
import io.drover.actor.area.NodeReport;
import io.drover.config.settings.NodeSettings;
import io.drover.node.board.NodeCensus.Kind;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What this node says of itself; called by one thread. */
public final class OwnReport implements Supplier<NodeReport> {
  private static final double NS_PER_SECOND = Duration.ofSeconds(1).toNanos();

  private final NodeSettings node;
  private final String gateway;
  private final NodeCensus census;
  private final Commands commands;
  private final LongSupplier nanoTime;
  private long lastNs;
  private long lastCount;

  /** What is known of commands told from here. Any thread. */
  public interface Commands {
    /** So many since the start. */
    long told();

    /** Of those that were answered in the last minutes. */
    double p99Millis();

    /** How far the read side is behind; 0 where it does not run here. */
    double journalLagMillis();
  }

  /**
   * Of a node.
   *
   * @param gateway {@code host:port} where agents reach it
   */
  public OwnReport(
      NodeSettings node,
      String gateway,
      NodeCensus census,
      Commands commands,
      LongSupplier nanoTime) {
    this.node = node;
    this.gateway = gateway;
    this.census = census;
    this.commands = commands;
    this.nanoTime = nanoTime;
    this.lastNs = nanoTime.getAsLong();
  }

  @Override
  public NodeReport get() {
    Runtime runtime = Runtime.getRuntime();
    NodeLoad load =
        new NodeLoad(
            census.count(Kind.HOST),
            census.count(Kind.VM),
            node.hostLimit(),
            node.vmLimit(),
            commandsPerSecond(),
            commands.p99Millis(),
            commands.journalLagMillis(),
            runtime.totalMemory() - runtime.freeMemory(),
            runtime.maxMemory());
    return new NodeReport(
        node.name(), node.area(), gateway, census.running(), census.sessions(), load, true);
  }

  private double commandsPerSecond() {
    long now = nanoTime.getAsLong();
    long count = commands.told();
    double rate = now == lastNs ? 0 : (count - lastCount) * NS_PER_SECOND / (now - lastNs);
    lastNs = now;
    lastCount = count;
    return rate;
  }
}
