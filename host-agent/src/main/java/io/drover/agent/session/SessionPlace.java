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

  /** Where the control plane that manages this host could not be reached, it is tried again. */
  static final Duration MOVE_AGAIN = Duration.ofSeconds(30);

  private final EndpointBook endpoints;
  private final EndpointWalk walk;
  private BindAddress endpoint; // of this attempt, or the last one

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

  /** Whether the list was newer. */
  boolean adopt(EndpointList list) {
    return endpoints.adopt(list);
  }

  /** Whether the session is with whoever manages this host, as far as is known. */
  boolean isManaging() {
    return endpoints.isManaging(endpoint);
  }

  /** After a new list; not all hosts may move at once. */
  Duration moveSoon() {
    return walk.within(MOVE_SPREAD);
  }

  /** A session elsewhere works, too: there is no hurry. */
  Duration moveSometime() {
    return MOVE_AGAIN.plus(walk.within(MOVE_AGAIN));
  }
}
