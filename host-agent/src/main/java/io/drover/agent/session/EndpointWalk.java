package io.drover.agent.session;

import io.drover.config.settings.AgentSettings.Reconnect;
import io.drover.config.settings.BindAddress;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which endpoint is tried next, and when: down the list, then from its head again, waiting twice as
 * long with each walk, and no longer for the whole list than the longest wait. Every wait is
 * between half and all of what it could be, so that the hosts of a lost control node do not come
 * back all at once. Not safe for several threads.
 */
final class EndpointWalk {
  /** What to try. */
  record Step(BindAddress endpoint, Duration delay) {}

  private static final int DOUBLINGS_LIMIT = 20;

  private final Reconnect settings;
  private final RandomGenerator random;
  private int attempts; // since a session was stable
  private boolean first = true; // an agent that starts need not wait: it is alone
  private boolean refused;

  EndpointWalk(Reconnect settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  /** The next endpoint; the list may have changed since the last call. */
  Step next(List<BindAddress> endpoints) {
    int walks = attempts / endpoints.size();
    BindAddress endpoint = endpoints.get(attempts % endpoints.size());
    Duration ceiling = refused ? settings.refused() : ceiling(walks, endpoints.size());
    Duration delay = first ? Duration.ZERO : jittered(ceiling);
    first = false;
    attempts++;
    refused = false;
    return new Step(endpoint, delay);
  }

  /**
   * A session held long enough to call the endpoint good, or the list is a new one: the next loss
   * starts at the head.
   */
  void settled() {
    attempts = 0;
  }

  /** A control plane said that this agent is not welcome until a person changes something. */
  void refusedForGood() {
    refused = true;
  }

  /** Any time within the span, so that hosts that are told the same do not do it at once. */
  Duration within(Duration span) {
    return Duration.ofNanos((long) (random.nextDouble() * span.toNanos()));
  }

  private Duration ceiling(int walks, int size) {
    Duration doubled = settings.initial().multipliedBy(1L << Math.min(walks, DOUBLINGS_LIMIT));
    Duration share = settings.max().dividedBy(size);
    Duration longest = share.compareTo(settings.initial()) > 0 ? share : settings.initial();
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }

  private Duration jittered(Duration ceiling) {
    long nanos = ceiling.toNanos();
    return Duration.ofNanos(nanos / 2 + (long) (random.nextDouble() * (nanos - nanos / 2)));
  }
}
