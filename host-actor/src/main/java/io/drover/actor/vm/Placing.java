package io.drover.actor.vm;

import io.drover.actor.vm.Vm.Reply;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A VM without a grant waits for the scheduler. Nothing is journaled until a host is claimed; when
 * this is lost with its node, the claim is given back by the host's check.
 */
sealed interface Placing {
  /** Callers that repeat themselves; more are refused. */
  int WAITING_LIMIT = 16;

  /** A VM to be: every caller with the same request waits for the same answer. */
  record ForCreate(Vm.Request.Create request, List<ActorRef<Reply>> waiting) implements Placing {
    public ForCreate {
      waiting = List.copyOf(waiting);
    }

    ForCreate joinedBy(ActorRef<Reply> caller) {
      List<ActorRef<Reply>> all = new ArrayList<>(waiting);
      all.add(caller);
      return new ForCreate(request, all);
    }
  }

  /**
   * A start of a known VM: only a repetition of the same request waits with it.
   *
   * @param ifVersion starts only if the VM still has this version when the host is found
   */
  record ForStart(Vm.Request.Start request, Optional<Long> ifVersion, List<ActorRef<Reply>> waiting)
      implements Placing {
    public ForStart {
      waiting = List.copyOf(waiting);
    }

    ForStart(Vm.Request.Start request, Optional<Long> ifVersion) {
      this(request, ifVersion, List.of(request.replyTo()));
    }

    boolean isSame(ForStart other) {
      return request.operation().equals(other.request.operation());
    }

    boolean meets(long version) {
      return ifVersion.isEmpty() || ifVersion.get() == version;
    }

    ForStart joinedBy(ActorRef<Reply> caller) {
      List<ActorRef<Reply>> all = new ArrayList<>(waiting);
      all.add(caller);
      return new ForStart(request, ifVersion, all);
    }
  }

  /**
   * Its host is lost, or may not run it; nobody waits for an answer.
   *
   * @param runEpoch of the grant that ends with the host; another one by then is not touched
   * @param end what proves that nothing runs under that grant any more
   */
  record ForRestart(HostId lost, Epoch runEpoch, String reason, End end) implements Placing {
    enum End {
      /** The host's entity has journaled that it is fenced. */
      FENCED,
      /** Its agent has used up the run epoch. */
      REMOVED
    }

    @Override
    public List<ActorRef<Reply>> waiting() {
      return List.of();
    }
  }

  List<ActorRef<Reply>> waiting();
}
