package io.drover.actor.host;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.lease.LeaseStatus;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a Host knows while it runs and does not journal: the session, what the agent reported on it,
 * and which claims it has asked about. Spans are readings of a clock that nobody sets, {@link
 * Host.Fencing#monotonic}: a wall clock that is set back must not keep a dead agent alive. Not
 * threadsafe: lives in one actor.
 */
final class AgentLink {
  /** An open session. */
  record Session(String id, String incarnation, ActorRef<AgentSession> ref) {}

  final OrderBook orders = new OrderBook();
  final Duration recoveredAt;
  private final Map<VmId, GuestStatus> guests = new HashMap<>();
  private final Map<EntityId, Long> asked = new HashMap<>(); // owners of claims; the question
  private Optional<Session> session = Optional.empty();
  private Optional<Instant> lastHeartbeat = Optional.empty();
  private Duration heardAt;
  private Duration lastTick;
  private Duration listeningSince;
  private long heardUpTo; // number of the last thing said on this session
  private EndpointList endpoints = new EndpointList(0, List.of());
  private long staleOrdersRefused;
  private boolean inControl;
  private String witnessEndpoint = "";
  private Optional<LeaseStatus> leaseStatus = Optional.empty();
  private Optional<Duration> witnessesReviewed = Optional.empty();
  private int witnessCandidates;

  AgentLink(Duration recoveredAt) {
    this.recoveredAt = recoveredAt;
    this.lastTick = recoveredAt;
    this.listeningSince = recoveredAt;
    this.heardAt = recoveredAt;
  }

  /** Whether this incarnation of the entity has journaled its control epoch. */
  boolean isInControl() {
    return inControl;
  }

  void tookControl() {
    inControl = true;
  }

  Optional<Session> session() {
    return session;
  }

  boolean isCurrent(String sessionId) {
    return session.filter(s -> s.id().equals(sessionId)).isPresent();
  }

  void open(Session opened, AgentReport.Hello hello, Instant at, Duration now) {
    session = Optional.of(opened);
    heard(at, now);
    guests.clear();
    hello.guests().forEach(this::guestIs);
    witnessEndpoint = hello.witnessEndpoint();
    leaseStatus = hello.lease();
    witnessesReviewed = Optional.empty();
    asked.clear(); // what they answer to questions of before is of before
    orders.forgetDeliveries();
    heardUpTo = 0;
  }

  /** Takes note of the next thing that was said; false when something before it never came. */
  boolean isNext(long number) {
    boolean complete = number <= heardUpTo + 1;
    heardUpTo = Math.max(heardUpTo, number);
    return complete;
  }

  /** An owner is asked whether it needs its claim; only the answer to the last question counts. */
  void asks(EntityId owner, long question) {
    asked.put(owner, question);
  }

  /** An owner claims: it needs it now, whatever it answers to what it was asked before. */
  void claims(EntityId owner) {
    asked.remove(owner);
  }

  /** Whether that is the answer to the last question, with no claim since. */
  boolean answers(Host.Need need) {
    return asked.remove(need.owner(), need.question());
  }

  /** Where the agent vouches for other hosts; empty = it does not. */
  String witnessEndpoint() {
    return witnessEndpoint;
  }

  /** What the agent has of its lease; empty when it takes none. */
  Optional<LeaseStatus> leaseStatus() {
    return leaseStatus;
  }

  void leaseIs(Optional<LeaseStatus> status) {
    leaseStatus = status;
  }

  /** Whether it is time to look for better witnesses; then it is noted as done. */
  boolean reviewsWitnesses(Duration now, Duration interval) {
    boolean due = witnessesReviewed.filter(at -> now.compareTo(at.plus(interval)) < 0).isEmpty();
    if (due) {
      witnessesReviewed = Optional.of(now);
    }
    return due;
  }

  /** How many there were at the last review. */
  int witnessCandidates() {
    return witnessCandidates;
  }

  void witnessCandidates(int count) {
    witnessCandidates = count;
  }

  void close() {
    session = Optional.empty();
    guests.clear();
  }

  void heard(Instant at, Duration now) {
    lastHeartbeat = Optional.of(at);
    heardAt = now;
  }

  Optional<Instant> lastHeartbeat() {
    return lastHeartbeat;
  }

  /** Another agent that holds this name, and speaks. */
  Optional<Session> rivalOf(String incarnation, Duration now, Duration timeout) {
    return session
        .filter(s -> !s.incarnation().equals(incarnation))
        .filter(_ -> !isSilent(now, timeout));
  }

  /**
   * The clock ticks. After a longer pause than that it is this entity that was away, waiting for
   * its journal or on a node that stood still: what the agent said meanwhile may be behind this
   * tick.
   */
  void ticked(Duration now, Duration pause) {
    if (now.minus(lastTick).compareTo(pause) > 0) {
      listeningSince = now;
    }
    lastTick = now;
  }

  boolean isSilent(Duration now, Duration timeout) {
    Duration since = listeningSince.compareTo(heardAt) > 0 ? listeningSince : heardAt;
    return now.minus(since).compareTo(timeout) >= 0;
  }

  void staleOrdersRefused(long count) {
    staleOrdersRefused = count;
  }

  long staleOrdersRefused() {
    return staleOrdersRefused;
  }

  void guestIs(GuestStatus guest) {
    guests.put(guest.vm(), guest);
  }

  /** Nothing up to that grant is there any more; the guest of a later one stays. */
  void guestRemoved(VmId vm, Epoch runEpoch) {
    guests.computeIfPresent(vm, (_, g) -> runEpoch.isBefore(g.runEpoch()) ? g : null);
  }

  Optional<GuestStatus> guest(VmId vm) {
    return Optional.ofNullable(guests.get(vm));
  }

  /** What came in with that migration and never had a grant here. */
  Optional<GuestStatus> incomingOf(MigrationId migration) {
    return guests.values().stream()
        .filter(g -> g.state() == GuestState.INCOMING)
        .filter(g -> g.migration().equals(Optional.of(migration)))
        .findFirst();
  }

  Collection<GuestStatus> guests() {
    return guests.values();
  }

  EndpointList endpoints() {
    return endpoints;
  }

  /** Whether it is news. */
  boolean endpointsAre(EndpointList list) {
    boolean news = list.isNewerThan(endpoints);
    if (news) {
      endpoints = list;
    }
    return news;
  }
}
