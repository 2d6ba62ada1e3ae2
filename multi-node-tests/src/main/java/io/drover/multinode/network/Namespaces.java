package io.drover.multinode.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Each process in a network namespace of its own, on the switch (bridge) of its area; one further
 * namespace holds the switches and routes between them. The machine's own network gets one link to
 * it, over which the harness reaches everybody.
 *
 * <pre>
 * harness ── 10.x.254.0/24 ── core: br1 10.x.1.0/24 ── north-n1, north-h1, …
 *                                   br2 10.x.2.0/24 ── south-n1, …
 *                                   br3 10.x.3.0/24 ── database
 * </pre>
 */
public final class Namespaces implements Network {
  private static final int FIRST_NET = 200;
  private static final int LAST_NET = 253;
  private static final int HARNESS = 254;
  private static final int FIRST_HOST = 11;

  private final Owned owned = new Owned();
  private final String core = owned.name("core");
  private final String uplink = owned.name("up").substring("drover-".length());
  private final int net;
  private final Map<String, Integer> areas = new LinkedHashMap<>();
  private final Map<String, Place> places = new LinkedHashMap<>();
  private boolean closed;

  /** Removes what killed runs left, and makes the core. */
  Namespaces() {
    removeLeftOvers();
    addNamespace(core);
    enter(core, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    Shell.run("ip", "link", "add", uplink, "type", "veth", "peer", "name", "eth0", "netns", core);
    net = claimNet();
    ip(core, "addr", "add", address(HARNESS, 1) + "/24", "dev", "eth0");
    ip(core, "link", "set", "eth0", "up");
  }

  /** Why they cannot be made here; empty when they can. */
  public static Optional<String> reasonAgainst() {
    if (!Shell.isRoot()) {
      return Optional.of("only root can make them");
    }
    for (String program : List.of("ip", "nft", "nsenter")) {
      if (!Shell.has(program)) {
        return Optional.of("there is no " + program);
      }
    }
    return Shell.attempt(List.of("nft", "list", "tables")).status() == 0
        ? Optional.empty()
        : Optional.of("nft does not work here");
  }

  /** The first 10.x.0.0/16 that nobody has a route to; adding the route is what claims it. */
  private int claimNet() {
    Shell.run("ip", "link", "set", uplink, "up");
    for (int candidate = FIRST_NET; candidate <= LAST_NET; candidate++) {
      String whole = "10.%d.0.0/16".formatted(candidate);
      if (Shell.attempt(List.of("ip", "route", "add", whole, "dev", uplink)).status() == 0) {
        String self = "10.%d.%d.2/24".formatted(candidate, HARNESS);
        Shell.run("ip", "addr", "add", self, "dev", uplink);
        String gateway = "10.%d.%d.1".formatted(candidate, HARNESS);
        Shell.run("ip", "route", "replace", whole, "via", gateway, "dev", uplink);
        return candidate;
      }
    }
    throw new IllegalStateException("no free network 10.200.0.0/16 to 10.253.0.0/16");
  }

  @Override
  public Place place(String area, String name) {
    int number = areas.computeIfAbsent(area, this::addSwitch);
    int host = FIRST_HOST + places.size();
    String namespace = owned.name(name);
    addNamespace(namespace);
    String port = "p" + host;
    Shell.run(
        "ip", "link", "add", "eth0", "netns", namespace, "type", "veth", "peer", "name", port,
        "netns", core);
    ip(core, "link", "set", port, "master", bridge(number), "up");
    ip(namespace, "addr", "add", address(number, host) + "/24", "dev", "eth0");
    ip(namespace, "link", "set", "eth0", "up");
    ip(namespace, "route", "add", "default", "via", address(number, 1));
    List<String> prefix = List.of("nsenter", "--net=/run/netns/" + namespace);
    Place place = new Place(name, area, address(number, host), prefix);
    places.put(name, place);
    return place;
  }

  private int addSwitch(String area) {
    int number = areas.size() + 1;
    ip(core, "link", "add", bridge(number), "type", "bridge");
    ip(core, "addr", "add", address(number, 1) + "/24", "dev", bridge(number));
    ip(core, "link", "set", bridge(number), "up");
    return number;
  }

  private static String bridge(int number) {
    return "br" + number;
  }

  private String address(int area, int host) {
    return "10.%d.%d.%d".formatted(net, area, host);
  }

  @Override
  public boolean canBreak() {
    return true;
  }

  @Override
  public void block(Place source, Place target) {
    filter(target, "input", "ip saddr " + source.address() + " drop");
  }

  @Override
  public void lose(Place place, int percent) {
    String lost = " != " + address(HARNESS, 2) + " numgen random mod 100 < " + percent + " drop";
    filter(place, "input", "ip saddr" + lost);
    filter(place, "output", "ip daddr" + lost);
  }

  @Override
  public void cut(String area) {
    Integer number = areas.get(area);
    if (number == null) {
      throw new IllegalArgumentException("no area " + area + " among " + areas.keySet());
    }
    ip(core, "link", "set", bridge(number), "down");
  }

  /** Adds a rule for what comes into a place or leaves it. */
  private static void filter(Place place, String hook, String rule) {
    String table = "add table inet drover; ";
    String chain =
        "add chain inet drover %s { type filter hook %s priority 0; }; ".formatted(hook, hook);
    String add = "add rule inet drover " + hook + " " + rule;
    Shell.run(place.command(List.of("nft", table + chain + add)));
  }

  @Override
  public void heal() {
    for (Place place : places.values()) {
      Shell.run(place.command(List.of("nft", "flush", "ruleset")));
    }
    for (int number : areas.values()) {
      ip(core, "link", "set", bridge(number), "up");
    }
  }

  /** Removes all of it. What still runs in there is cut off. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Shell.attempt(List.of("ip", "link", "del", uplink));
    List<String> all = new ArrayList<>(places.keySet().stream().map(owned::name).toList());
    all.add(core);
    all.forEach(namespace -> Shell.attempt(List.of("ip", "netns", "del", namespace)));
  }

  /** Ends the processes of runs that were killed, and removes their namespaces. */
  private static void removeLeftOvers() {
    Owned.list(Path.of("/run/netns"))
        .map(path -> path.getFileName().toString())
        .filter(Owned::isLeftOver)
        .forEach(namespace -> {
          for (String pid : Shell.run("ip", "netns", "pids", namespace).split("\\s+")) {
            if (!pid.isEmpty()) {
              ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
          }
          Shell.attempt(List.of("ip", "netns", "del", namespace));
        });
  }

  private static void addNamespace(String namespace) {
    Shell.run("ip", "netns", "add", namespace);
    ip(namespace, "link", "set", "lo", "up");
  }

  private static void ip(String namespace, String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
    command.addAll(List.of(arguments));
    Shell.run(command);
  }

  private static void enter(String namespace, String... command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
    all.addAll(List.of(command));
    Shell.run(all);
  }
}
