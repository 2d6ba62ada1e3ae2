package io.drover.actor.vm;

import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.config.units.HostId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What hosts last said of this VM's guests, and its home of its return. Not journaled: they say it
 * again. Not threadsafe: lives in one actor.
 */
final class Sightings {
  /** Hosts remembered: the granted one, those of a migration, and some remnants. */
  static final int LIMIT = 8;

  /**
   * What one host said.
   *
   * @param trouble with it, for people; empty = none is known
   */
  record Sighting(
      boolean attached, String incarnation, Optional<GuestStatus> guest, String trouble) {
    Sighting(boolean attached, String incarnation, Optional<GuestStatus> guest) {
      this(attached, incarnation, guest, "");
    }
  }

  private final Map<HostId, Sighting> byHost =
      new LinkedHashMap<>(LIMIT, 0.75f, true) { // the one not used for longest goes first
        @Override
        protected boolean removeEldestEntry(Map.Entry<HostId, Sighting> eldest) {
          return size() > LIMIT;
        }
      };

  private String waitsForHome = "";

  /** Why it is not at home yet; empty = nobody has said. */
  String waitsForHome() {
    return waitsForHome;
  }

  void waitsForHome(String reason) {
    waitsForHome = reason;
  }

  Optional<Sighting> at(HostId host) {
    return Optional.ofNullable(byHost.get(host));
  }

  /** Returns whether its agent is another process than the one seen before. */
  boolean attached(HostId host, String incarnation, Optional<GuestStatus> guest) {
    Sighting before = byHost.put(host, new Sighting(true, incarnation, guest));
    return before != null
        && !before.incarnation().isEmpty()
        && !before.incarnation().equals(incarnation);
  }

  void detached(HostId host) {
    Sighting before = byHost.get(host);
    byHost.put(
        host,
        before == null
            ? new Sighting(false, "", Optional.empty())
            : new Sighting(false, before.incarnation(), before.guest()));
  }

  /** It is lost, and why its VM is not elsewhere by now. */
  void lost(HostId host, String trouble) {
    detached(host);
    byHost.computeIfPresent(
        host, (_, s) -> new Sighting(false, s.incarnation(), s.guest(), trouble));
  }

  /** It is there, and this is why its VM does not run. */
  void troubled(HostId host, String trouble) {
    Sighting seen = at(host).orElseGet(() -> new Sighting(true, "", Optional.empty()));
    byHost.put(host, new Sighting(seen.attached(), seen.incarnation(), seen.guest(), trouble));
  }

  void reported(HostId host, GuestStatus guest) {
    Sighting before = byHost.get(host);
    byHost.put(
        host, new Sighting(true, before == null ? "" : before.incarnation(), Optional.of(guest)));
  }
}
