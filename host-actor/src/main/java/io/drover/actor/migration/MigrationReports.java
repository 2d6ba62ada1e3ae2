package io.drover.actor.migration;

import io.drover.actor.agent.AgentReport;
import io.drover.actor.api.HostView;
import io.drover.actor.host.Host;
import io.drover.actor.migration.Convergence.Verdict;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.MigrationState.Copying;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.actor.migration.MigrationState.PreCopy;
import io.drover.actor.migration.MigrationState.Preparing;
import io.drover.actor.migration.MigrationState.StopAndCopy;
import io.drover.actor.migration.MigrationState.TargetPrepared;
import io.drover.actor.migration.MigrationState.TargetReserved;
import io.drover.config.units.HostId;
import java.util.Optional;

/** What a migration makes of what hosts and their agents say by themselves. */
final class MigrationReports {
  private final MigrationTools tools;
  private final MigrationActs acts;
  private final MigrationProgress progress;
  private final Convergence convergence;

  MigrationReports(MigrationTools tools, MigrationActs acts) {
    this.tools = tools;
    this.acts = acts;
    this.progress = tools.progress();
    this.convergence = new Convergence(tools.settings());
  }

  Optional<Event> agentSaid(MigrationState state, HostId host, AgentReport report) {
    return switch (report) {
      case AgentReport.RoundReported r -> roundReported(state, host, r);
      case AgentReport.TargetReady r
          when state instanceof StopAndCopy s && s.at().target().equals(host) -> {
        progress.targetReady(r);
        yield compareDigests(s);
      }
      case AgentReport.TransferFailed r -> transferFailed(state, host, r);
      case AgentReport _ -> tools.ignored(state, report);
    };
  }

  private Optional<Event> roundReported(
      MigrationState state, HostId host, AgentReport.RoundReported report) {
    if (!(state instanceof Copying s) || !s.job().source().equals(host)) {
      return tools.ignored(state, report);
    }
    progress.add(report.round());
    if (!(state instanceof PreCopy) || progress.lockAsked) {
      return Optional.empty();
    }
    return switch (convergence.judge(progress.rounds(), s.job().downtimeLimit())) {
      case Verdict.Converged _ -> {
        converged(s);
        yield Optional.empty();
      }
      case Verdict.OneMoreRound _ -> {
        progress.converged = false;
        acts.deadline(tools.now().plus(tools.settings().roundDeadline()));
        yield Optional.empty();
      }
      case Verdict.Hopeless v -> Optional.of(tools.rollBack(v.reason()));
    };
  }

  private Optional<Event> transferFailed(
      MigrationState state, HostId host, AgentReport.TransferFailed report) {
    String reason = "%s says: %s".formatted(host, report.reason());
    return switch (state) {
      case TargetReserved s when s.at().target().equals(host) -> targetFailed(s, reason, false);
      case TargetPrepared s when isEnd(s, host) -> targetFailed(s, reason, false);
      case Copying s when isEnd(s, host) ->
          Optional.of(tools.rollBack("the transfer failed: " + reason));
      case Empty _, Known _ -> tools.ignored(state, report);
    };
  }

  Optional<Event> agentRestarted(MigrationState state, HostId host) {
    String reason = "the agent of %s restarted and has lost the transfer".formatted(host);
    return switch (state) {
      case TargetReserved s when s.at().target().equals(host) -> targetFailed(s, reason, true);
      case TargetPrepared s when s.at().target().equals(host) -> targetFailed(s, reason, false);
      case Copying s when isEnd(s, host) -> Optional.of(tools.rollBack(reason));
      case Empty _, Known _ -> tools.ignored(state, reason);
    };
  }

  /**
   * A guest is never stopped for a target that cannot answer, nor by a source that cannot say how
   * it went: both are looked at before the VM is locked. Pre-copy goes on meanwhile.
   */
  private void converged(Copying s) {
    if (!progress.converged) {
      progress.converged = true;
      progress.source().lookAnew();
      progress.target().lookAnew();
      acts.deadline(tools.now().plus(tools.settings().answerDeadline()));
      acts.lookAtEnds(s);
    }
  }

  /** A host says whether its agent is connected, and which process that is. */
  Optional<Event> hostSeen(MigrationState state, Host.Reply reply) {
    if (!(reply instanceof Host.Reply.Shown(HostView host))) {
      return Optional.empty();
    }
    if (state instanceof Copying s) {
      return endSeen(s, host);
    }
    if (host.state() != HostView.State.CONNECTED) {
      acts.leaveTarget(state, host.id(), "its agent is not connected");
    }
    return Optional.empty();
  }

  private static boolean isEnd(Copying s, HostId host) {
    return s.job().source().equals(host) || s.at().target().equals(host);
  }

  private Optional<Event> endSeen(Copying s, HostView host) {
    AgentSight end;
    if (host.id().equals(s.job().source())) {
      end = progress.source();
    } else if (host.id().equals(s.at().target())) {
      end = progress.target();
    } else {
      return Optional.empty();
    }
    Optional<String> lost = end.seen(host, tools.now(), tools.settings().hostLostAfter());
    if (lost.isPresent()) {
      return s instanceof TargetPrepared prepared && end == progress.target()
          ? targetFailed(prepared, lost.get(), false)
          : Optional.of(tools.rollBack(lost.get()));
    }
    if (s instanceof PreCopy && progress.converged && progress.bothReachable()) {
      progress.lockAsked = true;
      tools.steps().lock(s.job().vm());
    }
    return end.isReachable() ? Optional.empty() : agentLost(s, host.id());
  }

  /** Nothing waits for a target that cannot answer while the guest stands still. */
  Optional<Event> agentLost(MigrationState state, HostId host) {
    if (state instanceof Preparing s && s.at().target().equals(host) && choosesItsTarget(s)) {
      return targetFailed(s, "its agent has no session any more", false);
    }
    if (!(state instanceof Copying s) || !s.at().target().equals(host)) {
      return Optional.empty();
    }
    progress.target().lost(tools.now());
    return s instanceof StopAndCopy && !progress.committing()
        ? Optional.of(tools.rollBack("the target's agent was lost during stop-and-copy"))
        : Optional.empty();
  }

  private static boolean choosesItsTarget(Known s) {
    return s.job().wantedTarget().isEmpty();
  }

  /**
   * The target is not to be used: another one follows, a limited number of times. Once the source
   * was told of it, only where another one may be chosen: it would have to be told again.
   */
  Optional<Event> targetFailed(Preparing s, String reason, boolean busy) {
    int failures = s.failures() + (busy ? 0 : 1);
    if (s instanceof TargetPrepared && !choosesItsTarget(s)) {
      return Optional.of(tools.rollBack(reason));
    }
    return Optional.of(
        failures >= tools.settings().targetAttempts()
            ? tools.rollBack(
                "%d targets failed, at last %s: %s".formatted(failures, s.at().target(), reason))
            : new Event.TargetRefused(s.at().target(), reason, busy, tools.now()));
  }

  /** The shortest way: nothing is journaled between the second digest and the VM's decision. */
  Optional<Event> compareDigests(StopAndCopy s) {
    Optional<String> mismatch = progress.digestMismatch();
    if (mismatch.isPresent()) {
      return Optional.of(tools.rollBack(mismatch.get()));
    }
    if (progress.bothDigests() && !progress.committing()) {
      progress.commit(tools.now());
      tools.steps().switchOver(s.job().vm(), s.at().target());
    }
    return Optional.empty();
  }
}
