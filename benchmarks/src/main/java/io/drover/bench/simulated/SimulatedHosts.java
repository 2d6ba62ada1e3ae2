package io.drover.bench.simulated;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Many simulated hosts of one area, that beat as asked, at most once a second. */
public final class SimulatedHosts implements AutoCloseable {
  private static final int SLICES = 10;
  private static final long SLICE_MS = 100;
  private static final int OPENING_LIMIT = 200;
  private static final Duration POLL = Duration.ofMillis(20);

  private final String area;
  private final List<String> endpoints;
  private final Gateways gateways = new Gateways();
  private final Map<String, SimulatedHost> targets = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final Random random = new Random();
  private final List<SimulatedHost> hosts = new ArrayList<>();
  private int slice;

  /**
   * None yet.
   *
   * @param endpoints gateways of the area's control nodes
   */
  public SimulatedHosts(String area, List<String> endpoints) {
    this.area = area;
    this.endpoints = List.copyOf(endpoints);
    var _ = timer.scheduleAtFixedRate(this::beat, SLICE_MS, SLICE_MS, TimeUnit.MILLISECONDS);
  }

  /** So many more, each with a session when this returns; a limited number opens at a time. */
  public void add(int count, Duration patience) {
    int target = size() + count;
    while (size() < target) {
      for (int i = 0; i < OPENING_LIMIT && size() < target; i++) {
        addOne();
      }
      Awaitility.await(size() + " hosts to be welcomed")
          .atMost(patience)
          .pollDelay(Duration.ZERO)
          .pollInterval(POLL)
          .until(() -> welcomed() == size());
    }
  }

  private synchronized void addOne() {
    SimulatedHost host = new SimulatedHost(area, "sim" + (hosts.size() + 1), targets);
    hosts.add(host);
    host.connect(gateways, timer, random, endpoints);
  }

  private synchronized int size() {
    return hosts.size();
  }

  /** How many have a session. */
  public synchronized int welcomed() {
    return (int) hosts.stream().filter(SimulatedHost::isWelcomed).count();
  }

  /** All of them, in the order in which they were added. */
  public synchronized List<SimulatedHost> all() {
    return List.copyOf(hosts);
  }

  private synchronized void beat() {
    slice = (slice + 1) % SLICES;
    for (int i = slice; i < hosts.size(); i += SLICES) {
      hosts.get(i).beat();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    all().forEach(SimulatedHost::close);
    gateways.close();
  }
}
