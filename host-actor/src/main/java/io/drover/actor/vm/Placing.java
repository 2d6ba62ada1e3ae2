package io.drover.actor.vm;

import io.drover.actor.vm.Vm.Reply;
import java.util.ArrayList;
import java.util.List;
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

  record ForStart(Vm.Request.Start request) implements Placing {
    @Override
    public List<ActorRef<Reply>> waiting() {
      return List.of(request.replyTo());
    }
  }

  List<ActorRef<Reply>> waiting();
}
