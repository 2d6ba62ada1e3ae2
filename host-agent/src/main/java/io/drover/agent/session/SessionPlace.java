package io.drover.agent.session;

import io.drover.agent.store.AgentStore;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.EndpointList;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Where the session is, where it is tried next, and when it should go to the control plane that
 * manages this host. Not safe for several threads.
 */
final class SessionPlace {
  /** Hosts that are told at once to go elsewhere do so within this. */
  static final Duration MOVE_SPREAD = Duration.ofSeconds(2);

  /**
   * Where the control plane that manages this host could not be reached, or had too much to do, it
   * is tried again: soon, then after twice as long each time, as each try interrupts the session.
   */
  static final Duration MOVE_AGAIN = Duration.ofSeconds(3);

  private static final int DOUBLINGS_LIMIT = 4;

  private final EndpointBook endpoints;
  private final EndpointWalk walk;
  private BindAddress endpoint; // of this attempt, or the last one
  private int movesInVain;

  SessionPlace(AgentSettings settings, AgentStore store, RandomGenerator random) {
    this.endpoints = new EndpointBook(settings, store);
    this.walk = new EndpointWalk(settings.reconnect(), random);
    this.endpoint = endpoints.toTry().getFirst();
  }

  /** What is tried next, and when. */
  EndpointWalk.Step next() {
    return walk.next(endpoints.toTry());
  }

  void tries(BindAddress tried) {
    endpoint = tried;
  }

  /** The session held: the next loss starts at the head of the list. */
  void settled() {
    walk.settled();
  }

  void refusedForGood() {
    walk.refusedForGood();
  }

  /** Whether the list was newer; it is then walked from its head. */
  boolean adopt(EndpointList list) {
    boolean newer = endpoints.adopt(list);
    if (newer) {
      walk.settled();
      movesInVain = 0;
    }
    return newer;
  }

  /** Whether the session is with whoever manages this host, as far as is known. */
  boolean isManaging() {
    return endpoints.isManaging(endpoint);
  }

  /** After a new list; not all hosts may move at once. */
  Duration moveSoon() {
    return walk.within(MOVE_SPREAD);
  }

  /** A session elsewhere works, too. */
  Duration moveSometime() {
    Duration wait = MOVE_AGAIN.multipliedBy(1L << movesInVain);
    movesInVain = isManaging() ? 0 : Math.min(movesInVain + 1, DOUBLINGS_LIMIT);
    return wait.plus(walk.within(wait));
  }
}
