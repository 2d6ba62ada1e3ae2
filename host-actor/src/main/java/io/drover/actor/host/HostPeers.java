package io.drover.actor.host;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.agent.AgentReport.GuestStatus;
import io.drover.actor.lease.FenceProof;
import io.drover.actor.lease.Witness;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Whom a host tells what its agent says. At most once: each of them asks again when it matters.
 * Never blocks.
 */
public interface HostPeers {
  /** The agent reported a change of one guest. */
  void guestReported(VmId vm, HostId host, GuestStatus guest);

  /**
   * A session with the agent is open, or the VM had asked how its guest is.
   *
   * @param incarnation of the agent process
   * @param guest empty when the agent has none of this VM
   */
  void hostAttached(VmId vm, HostId host, String incarnation, Optional<GuestStatus> guest);

  /** The session is lost. Guests may run on. */
  void hostDetached(VmId vm, HostId host);

  /** A round, a failed transfer or a finished target. */
  void migrationReported(MigrationId migration, HostId host, AgentReport report);

  /** The agent of a host where this migration has a claim came back as another process. */
  void agentRestarted(MigrationId migration, HostId host, String incarnation);

  /** The agent of a host where this migration has a claim has no session any more. */
  void agentLost(MigrationId migration, HostId host);

  /**
   * Asks the owner of a claim, a VM or a migration, whether it still needs it.
   *
   * @param question comes back with the answer
   */
  void askNeed(EntityId owner, HostId host, long question, ActorRef<Host.Need> replyTo);

  /** It is proven that no guest of that VM runs there, as far as the proof goes. */
  void hostFenced(VmId vm, HostId host, FenceProof proof);

  /** The host is fenced still: the VM may get a grant elsewhere instead of that one. */
  void fenceUpheld(VmId vm, HostId host, Epoch runEpoch, FenceProof proof);

  /** A host where this migration has a claim is fenced. */
  void hostFenced(MigrationId migration, HostId host);

  /**
   * Asks whether a silent host may be fenced now.
   *
   * @param lostAt when its session was lost
   */
  void askLeave(HostId host, Instant lostAt, ActorRef<Host.Leave> replyTo);

  /** Asks who could vouch for a host. */
  void askWitnesses(HostId host, List<Witness> current, ActorRef<Host.Candidates> replyTo);

  /** What the host has to give has changed. */
  void offered(HostOffer offer);
}
