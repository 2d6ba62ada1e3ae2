package io.drover.config.settings;

import com.typesafe.config.Config;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.HostId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One host agent.
 *
 * @param name of the host, unique in the area; becomes the tail of its id
 * @param controlEndpoints gateways to try, in this order, until the control plane sends its own
 *     list
 * @param labels facts about the host for placement policies
 * @param cpuMillis what guests may have; empty = all of the machine's cores
 * @param memory what guests may have; empty = what the machine has less a reserve
 * @param transfer where memory streams are received
 * @param stateDirectory grants and epochs; belongs to this agent alone
 * @param imagesDirectory images that do not come with the agent; may be missing
 * @param heartbeat interval until the control plane asks for another
 * @param lease its own lease, and what it is to others' leases
 * @param insecureBind allows other addresses than loopback although nothing authenticates yet
 * @param stateLost the operator vouches that no guest of an earlier state folder runs any more
 */
public record AgentSettings(
    AreaId area,
    String name,
    List<BindAddress> controlEndpoints,
    Map<String, String> labels,
    Optional<Integer> cpuMillis,
    Optional<ByteSize> memory,
    BindAddress transfer,
    Path stateDirectory,
    Path imagesDirectory,
    Duration heartbeat,
    Reconnect reconnect,
    int migrationsIn,
    int migrationsOut,
    AgentLeaseSettings lease,
    boolean insecureBind,
    boolean stateLost) {
  private static final Section SECTION = new Section("drover.agent");
  private static final String AUTO = "auto";
  private static final int MIGRATIONS_LIMIT = 64;
  private static final int LABELS_LIMIT = 64;

  public AgentSettings {
    controlEndpoints = List.copyOf(controlEndpoints);
    labels = Map.copyOf(labels);
    SECTION.require(HostId.isName(name), "name", "lower-case letters, digits, dashes", name);
    SECTION.require(
        !controlEndpoints.isEmpty(), "control-endpoints", "at least one host:port", "[]");
    SECTION.require(
        labels.size() <= LABELS_LIMIT,
        "labels",
        "at most " + LABELS_LIMIT + " keys",
        labels.size());
    SECTION.require(cpuMillis.orElse(1) > 0, "capacity.cpu-millis", "above 0", cpuMillis);
    SECTION.require(
        memory.orElse(new ByteSize(1)).bytes() > 0, "capacity.memory", "above 0", memory);
    SECTION.requirePositive("heartbeat", heartbeat);
    SECTION.requireBetween("migrations-in", 1, MIGRATIONS_LIMIT, migrationsIn);
    SECTION.requireBetween("migrations-out", 1, MIGRATIONS_LIMIT, migrationsOut);
    if (!insecureBind) {
      requireLoopback("transfer.host", transfer);
      requireLoopback("witness.host", lease.witness());
      controlEndpoints.forEach(endpoint -> requireLoopback("control-endpoints", endpoint));
    }
  }

  /**
   * How the agent comes back to a control plane it lost.
   *
   * @param initial wait before the second endpoint is tried; doubles after each walk of the list
   * @param max upper end of that
   * @param refused wait after a control plane refused this agent for good
   */
  public record Reconnect(Duration initial, Duration max, Duration refused) {
    public Reconnect {
      SECTION.requirePositive("reconnect.initial", initial);
      SECTION.require(
          max.compareTo(initial) >= 0, "reconnect.max", "at least reconnect.initial", max);
      SECTION.require(
          refused.compareTo(initial) >= 0,
          "reconnect.refused",
          "at least reconnect.initial",
          refused);
    }
  }

  /**
   * Reads {@code drover.agent} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static AgentSettings from(Config root) {
    return SECTION.read(
        root,
        agent ->
            of(
                agent,
                BindAddress.from(root, SECTION.path() + ".transfer"),
                AgentLeaseSettings.from(root)));
  }

  private static AgentSettings of(Config agent, BindAddress transfer, AgentLeaseSettings lease) {
    String endpoints = "control-endpoints";
    return new AgentSettings(
        new AreaId(agent.getString("area")),
        agent.getString("name"),
        agent.getStringList(endpoints).stream()
            .map(text -> BindAddress.parse(text, SECTION.path() + "." + endpoints))
            .toList(),
        labels(agent),
        isAuto(agent, "capacity.cpu-millis")
            ? Optional.empty()
            : Optional.of(agent.getInt("capacity.cpu-millis")),
        isAuto(agent, "capacity.memory")
            ? Optional.empty()
            : Optional.of(new ByteSize(agent.getMemorySize("capacity.memory").toBytes())),
        transfer,
        Path.of(agent.getString("state-dir")),
        Path.of(agent.getString("images-dir")),
        agent.getDuration("heartbeat"),
        new Reconnect(
            agent.getDuration("reconnect.initial"),
            agent.getDuration("reconnect.max"),
            agent.getDuration("reconnect.refused")),
        agent.getInt("migrations-in"),
        agent.getInt("migrations-out"),
        lease,
        agent.getBoolean("insecure-bind"),
        agent.getBoolean("state-lost"));
  }

  private static Map<String, String> labels(Config agent) {
    Map<String, String> labels = new TreeMap<>();
    agent
        .getObject("labels")
        .forEach((key, value) -> labels.put(key, String.valueOf(value.unwrapped())));
    return labels;
  }

  private static boolean isAuto(Config agent, String key) {
    return AUTO.equals(agent.getValue(key).unwrapped());
  }

  private static void requireLoopback(String key, BindAddress address) {
    SECTION.require(
        address.isLoopback(),
        key,
        "a loopback address, as nothing authenticates yet, unless --insecure-bind ("
            + SECTION.path()
            + ".insecure-bind = true) accepts that",
        address);
  }
}
