package io.drover.actor.migration;

import io.drover.actor.api.HostView;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a migration has seen of the agent at one of its ends. Not thread-safe: belongs to the
 * entity.
 */
final class AgentSight {
  private final String end;
  private @Nullable String incarnation;
  private @Nullable Instant lostSince;
  private boolean reachable;

  /**
   * Has seen nothing.
   *
   * @param end for people
   */
  AgentSight(String end) {
    this.end = end;
  }

  /** What was seen so far does not say that it can answer now. */
  void lookAnew() {
    reachable = false;
  }

  boolean isReachable() {
    return reachable;
  }

  /** It has no session. */
  void lost(Instant now) {
    reachable = false;
    lostSince = lostSince == null ? now : lostSince;
  }

  /**
   * Its host was asked.
   *
   * @param lostAfter how long it may be without a session
   * @return why the transfer is lost; empty when the agent is the one that was seen first, or may
   *     come back
   */
  Optional<String> seen(HostView host, Instant now, Duration lostAfter) {
    if (host.state() != HostView.State.CONNECTED) {
      lost(now);
      return lostSince == null || lostSince.plus(lostAfter).isAfter(now)
          ? Optional.empty()
          : Optional.of("the %s's agent has had no session since %s".formatted(end, lostSince));
    }
    lostSince = null;
    if (incarnation == null) {
      incarnation = host.incarnation();
    }
    reachable = incarnation.equals(host.incarnation());
    return reachable
        ? Optional.empty()
        : Optional.of("the %s's agent restarted and has lost the transfer".formatted(end));
  }

  /** For people. */
  @Override
  public String toString() {
    return "the %s's agent (%s)"
        .formatted(
            end,
            reachable
                ? "connected"
                : lostSince == null ? "not seen" : "no session since " + lostSince);
  }
}
