package io.drover.actor.host;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessCandidate;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.typed.ActorRef;

/** Keeps what a host tells its peers, as {@code word subject}. */
final class RecordingPeers implements HostPeers {
  private final Queue<String> words = new ConcurrentLinkedQueue<>();
  private final Queue<HostOffer> offers = new ConcurrentLinkedQueue<>();
  volatile boolean needed = true;

  /** Owners do not answer. */
  volatile boolean silent;

  /** What is answered to a host that wants to fence; empty = the answer is lost. */
  volatile Optional<Host.Leave> leave = Optional.of(new Host.Leave(true, ""));

  volatile List<WitnessCandidate> candidates = List.of();

  List<String> words() {
    return List.copyOf(words);
  }

  List<HostOffer> offers() {
    return List.copyOf(offers);
  }

  @Override
  public void guestReported(VmId vm, HostId host, GuestStatus guest) {
    words.add("reported " + vm + " " + guest.state());
  }

  @Override
  public void hostAttached(VmId vm, HostId host, String incarnation, Optional<GuestStatus> guest) {
    words.add("attached " + vm + " " + guest.map(g -> g.state().name()).orElse("none"));
  }

  @Override
  public void hostDetached(VmId vm, HostId host) {
    words.add("detached " + vm);
  }

  @Override
  public void migrationReported(MigrationId migration, HostId host, AgentReport report) {
    words.add("migration " + migration + " " + report.getClass().getSimpleName());
  }

  @Override
  public void agentRestarted(MigrationId migration, HostId host, String incarnation) {
    words.add("restarted " + migration);
  }

  @Override
  public void agentLost(MigrationId migration, HostId host) {
    words.add("lost " + migration);
  }

  @Override
  public void askNeed(EntityId owner, HostId host, long question, ActorRef<Host.Need> replyTo) {
    words.add("need " + owner);
    if (!silent) {
      replyTo.tell(new Host.Need(owner, question, needed));
    }
  }

  @Override
  public void hostFenced(VmId vm, HostId host, FenceProof proof) {
    words.add("fenced " + vm + " " + proof.by());
  }

  @Override
  public void fenceUpheld(VmId vm, HostId host, Epoch runEpoch, FenceProof proof) {
    words.add("fence upheld " + vm + " " + runEpoch);
  }

  @Override
  public void hostFenced(MigrationId migration, HostId host) {
    words.add("fenced " + migration);
  }

  @Override
  public void askLeave(HostId host, Instant lostAt, ActorRef<Host.Leave> replyTo) {
    words.add("leave");
    leave.ifPresent(replyTo::tell);
  }

  @Override
  public void askWitnesses(HostId host, List<Witness> current, ActorRef<Host.Candidates> replyTo) {
    words.add("witnesses");
    replyTo.tell(new Host.Candidates(candidates));
  }

  @Override
  public void offered(HostOffer offer) {
    offers.add(offer);
  }
}
