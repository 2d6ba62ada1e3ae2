package io.drover.agent.qemu;

import io.drover.agent.guest.Guest.State;
import io.drover.agent.qemu.qmp.QmpEvent;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Where one QEMU stands, from what it says by itself and what it was told. Safe on any thread. */
final class RunState {
  private State state;
  private Instant pausedAt = Instant.now();
  private String lastWords = "";
  private String endReason = "";
  private CompletableFuture<String> migration = new CompletableFuture<>();

  RunState(State initial) {
    this.state = initial;
  }

  /** Called by the control connection, in QEMU's order. */
  synchronized void onEvent(QmpEvent event) {
    switch (event.name()) {
      case "STOP" -> {
        pausedAt = event.at();
        enter(State.PAUSED);
      }
      case "RESUME" -> enter(State.RUNNING);
      case "SHUTDOWN" -> lastWords = shutdownReason(event.detail("reason"));
      case "GUEST_PANICKED" -> lastWords = "the guest's kernel panicked";
      case "MIGRATION" -> {
        String status = event.detail("status");
        if (status.equals("completed") || status.equals("failed") || status.equals("cancelled")) {
          migration.complete(status);
        }
      }
      default -> {} // devices and jobs, of no interest yet
    }
  }

  /** While its state is awaited, a guest stops and resumes inside QEMU without being ours. */
  private void enter(State next) {
    if (state != State.INCOMING && state != State.ENDED) {
      state = next;
    }
  }

  private static String shutdownReason(String reason) {
    return switch (reason) {
      case "guest-shutdown" -> "the guest powered itself off";
      case "guest-reset" -> "the guest reset itself: reboot, or panic";
      case "guest-panic" -> "the guest's kernel panicked";
      case "host-signal" -> "QEMU was ended by a signal";
      default -> "QEMU shut down: " + reason;
    };
  }

  synchronized State state() {
    return state;
  }

  /** What QEMU answered when it was asked. */
  synchronized void reported(String status) {
    if (state != State.ENDED) {
      state =
          switch (status) {
            case "running" -> State.RUNNING;
            case "inmigrate" -> State.INCOMING;
            default -> State.PAUSED; // paused, prelaunch, postmigrate and every kind of error
          };
    }
  }

  synchronized void loaded() {
    if (state == State.INCOMING) {
      state = State.PAUSED;
    }
  }

  /** When the vCPUs stopped last. */
  synchronized Instant pausedAt() {
    return pausedAt;
  }

  /**
   * Notes the end, whoever brought it about.
   *
   * @return false when it had ended already
   */
  synchronized boolean ended(String reason) {
    if (state == State.ENDED) {
      return false;
    }
    state = State.ENDED;
    endReason = reason;
    migration.complete("failed");
    return true;
  }

  synchronized String endReason() {
    return endReason;
  }

  /** Why QEMU said it would end; empty when it said nothing. */
  synchronized String lastWords() {
    return lastWords;
  }

  /** Forgets earlier migrations; completes with the status in which the next one ends. */
  synchronized CompletableFuture<String> expectMigration() {
    migration = new CompletableFuture<>();
    return migration;
  }
}
