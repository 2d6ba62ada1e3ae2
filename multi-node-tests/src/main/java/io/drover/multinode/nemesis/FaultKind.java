package io.drover.multinode.nemesis;

import static io.drover.multinode.nemesis.FleetShape.pick;
import static io.drover.multinode.nemesis.FleetShape.pickTwo;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The kinds of faults there are: what each needs, how long it lasts, and what it is aimed at. */
public enum FaultKind {
  KILL_NODE(2, 15),
  KILL_AGENT(1, 4),
  POWER_OFF(25, 35),
  PAUSE_NODE(1, 20),
  FREEZE_HOST(1, 15),
  ISOLATE_NODE(3, 20),
  ISOLATE_HOST(3, 15),
  ONE_WAY(3, 15),
  HOSTS_APART(3, 15),
  PACKET_LOSS(3, 15),
  AREA_LOSS(5, 20),
  DATABASE_CRASH(1, 10),
  DATABASE_UNREACHABLE(2, 12),
  SLOW_DISK(3, 12),
  FULL_DISK(3, 10),
  CLOCK_JUMP(3, 15),
  ROLLING_RESTART(0, 1);

  private static final int LEAST_LOSS_PERCENT = 5;
  private static final int MOST_LOSS_PERCENT = 30;
  private static final int LEAST_SYNC_MS = 200;
  private static final int MOST_SYNC_MS = 3_000;
  private static final int MOST_JUMP_S = 3_600;

  private final int shortestSeconds;
  private final int longestSeconds;

  FaultKind(int shortestSeconds, int longestSeconds) {
    this.shortestSeconds = shortestSeconds;
    this.longestSeconds = longestSeconds;
  }

  /** All but those after which a host's VMs are expected to be restarted elsewhere. */
  public static Set<FaultKind> withoutHostLoss() {
    return EnumSet.complementOf(EnumSet.of(POWER_OFF));
  }

  /** Whether a fleet of this shape can be hurt this way. */
  public boolean isPossible(FleetShape shape) {
    return switch (this) {
      case KILL_NODE, PAUSE_NODE -> true;
      case KILL_AGENT, POWER_OFF, FREEZE_HOST -> !shape.hosts().isEmpty();
      case ROLLING_RESTART -> shape.nodes().size() > 1;
      case ISOLATE_NODE -> shape.canBreakNetwork() && shape.nodes().size() > 1;
      case HOSTS_APART -> shape.canBreakNetwork() && shape.hosts().size() > 1;
      case AREA_LOSS -> shape.canBreakNetwork() && shape.areas().size() > 1;
      case ISOLATE_HOST, ONE_WAY, PACKET_LOSS ->
          shape.canBreakNetwork() && !shape.hosts().isEmpty();
      case DATABASE_CRASH -> shape.hasDatabase();
      case DATABASE_UNREACHABLE -> shape.canBreakNetwork() && shape.hasDatabase();
      case SLOW_DISK -> shape.hasShim() && shape.hasDatabase();
      case FULL_DISK -> shape.hasSmallDisks();
      case CLOCK_JUMP -> shape.hasShim();
    };
  }

  /** One of the kind, at a random target. */
  Nemesis aim(RandomGenerator random, FleetShape shape) {
    return switch (this) {
      case KILL_NODE -> new KillNode(pick(random, shape.nodes()));
      case KILL_AGENT -> new KillAgent(pick(random, shape.hosts()));
      case POWER_OFF -> new PowerOff(pick(random, shape.hosts()));
      case PAUSE_NODE -> new PauseNode(pick(random, shape.nodes()));
      case FREEZE_HOST -> new FreezeHost(pick(random, shape.hosts()));
      case ISOLATE_NODE -> new IsolateNode(pick(random, shape.nodes()));
      case ISOLATE_HOST -> new IsolateHost(pick(random, shape.hosts()));
      case ONE_WAY -> {
        List<String> ends = pickTwo(random, shape.nodesAndHosts());
        yield new OneWay(ends.getFirst(), ends.getLast());
      }
      case HOSTS_APART -> {
        List<String> hosts = pickTwo(random, shape.hosts());
        yield new HostsApart(hosts.getFirst(), hosts.getLast());
      }
      case PACKET_LOSS ->
          new PacketLoss(
              pick(random, shape.nodesAndHosts()),
              random.nextInt(LEAST_LOSS_PERCENT, MOST_LOSS_PERCENT + 1));
      case AREA_LOSS -> {
        String area = pick(random, shape.areas());
        yield new AreaLoss(area, Set.copyOf(shape.hostsOf(area)));
      }
      case DATABASE_CRASH -> new DatabaseCrash();
      case DATABASE_UNREACHABLE ->
          new DatabaseUnreachable(
              random.nextBoolean()
                  ? Set.copyOf(shape.nodes())
                  : Set.of(pick(random, shape.nodes())));
      case SLOW_DISK ->
          new SlowDisk(
              random.nextBoolean() ? "database" : pick(random, shape.hosts()),
              Duration.ofMillis(random.nextInt(LEAST_SYNC_MS, MOST_SYNC_MS + 1)));
      case FULL_DISK -> new FullDisk(pick(random, shape.hosts()));
      case CLOCK_JUMP ->
          new ClockJump(
              pick(random, shape.nodesAndHosts()),
              Duration.ofSeconds(random.nextInt(-MOST_JUMP_S, MOST_JUMP_S + 1)));
      case ROLLING_RESTART -> new RollingRestart(shape.nodes());
    };
  }

  /** How long it lasts, to the tenth of a second. */
  Duration length(RandomGenerator random) {
    return Duration.ofMillis(100L * random.nextInt(10 * shortestSeconds, 10 * longestSeconds + 1));
  }
}
