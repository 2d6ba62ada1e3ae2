package io.drover.actor.host;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestState;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.lease.LeaseStatus;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a Host knows while it runs and does not journal: the session, what the agent reported on it,
 * and which claims it has asked about. Not threadsafe: lives in one actor.
 */
final class AgentLink {
  /** An open session. */
  record Session(String id, String incarnation, ActorRef<AgentSession> ref) {}

  final OrderBook orders = new OrderBook();
  final Set<String> askedOwners = new HashSet<>();
  final Instant recoveredAt;
  private final Map<VmId, GuestStatus> guests = new HashMap<>();
  private Optional<Session> session = Optional.empty();
  private Optional<Instant> lastHeartbeat = Optional.empty();
  private long heardUpTo; // number of the last thing said on this session
  private EndpointList endpoints = new EndpointList(0, List.of());
  private long staleOrdersRefused;
  private boolean inControl;
  private String witnessEndpoint = "";
  private Optional<LeaseStatus> leaseStatus = Optional.empty();
  private Instant witnessesReviewed = Instant.EPOCH;
  private int witnessCandidates;

  AgentLink(Instant recoveredAt) {
    this.recoveredAt = recoveredAt;
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

  void open(Session opened, AgentReport.Hello hello, Instant now) {
    session = Optional.of(opened);
    lastHeartbeat = Optional.of(now);
    guests.clear();
    hello.guests().forEach(this::guestIs);
    witnessEndpoint = hello.witnessEndpoint();
    leaseStatus = hello.lease();
    witnessesReviewed = Instant.EPOCH;
    askedOwners.clear(); // what they answer to questions of before is of before
    orders.forgetDeliveries();
    heardUpTo = 0;
  }

  /** Takes note of the next thing that was said; false when something before it never came. */
  boolean isNext(long number) {
    boolean complete = number <= heardUpTo + 1;
    heardUpTo = Math.max(heardUpTo, number);
    return complete;
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
  boolean reviewsWitnesses(Instant now, Duration interval) {
    boolean due = !witnessesReviewed.plus(interval).isAfter(now);
    if (due) {
      witnessesReviewed = now;
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

  void heard(Instant now) {
    lastHeartbeat = Optional.of(now);
  }

  Optional<Instant> lastHeartbeat() {
    return lastHeartbeat;
  }

  /** Another agent that holds this name, and speaks. */
  Optional<Session> rivalOf(String incarnation, Instant now, Duration timeout) {
    return session
        .filter(s -> !s.incarnation().equals(incarnation))
        .filter(_ -> !isSilent(now, timeout));
  }

  boolean isSilent(Instant now, Duration timeout) {
    return lastHeartbeat.filter(t -> t.plus(timeout).isAfter(now)).isEmpty();
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
