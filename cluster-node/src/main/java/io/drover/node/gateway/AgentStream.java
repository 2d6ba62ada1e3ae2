package io.drover.node.gateway;

import io.drover.actor.agent.AgentSession;
import io.drover.protocol.v1.Queued;
import io.drover.protocol.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;

/** The way to one agent. Used by its session actor only. */
final class AgentStream {
  /** Orders an agent has not taken yet; one that falls so far behind is treated as lost. */
  static final int BACKLOG_LIMIT = 10_000;

  private final ServerCallStreamObserver<ToAgent> observer;
  private int backlog;

  AgentStream(ServerCallStreamObserver<ToAgent> observer) {
    this.observer = observer;
    observer.setOnCancelHandler(() -> {}); // without one, a send after a cancel throws
  }

  /** False when the agent is too far behind; the message was not sent then. */
  boolean send(AgentSession message) {
    backlog = observer.isReady() ? 0 : backlog + 1;
    if (backlog > BACKLOG_LIMIT) {
      return false;
    }
    push(OrderTranslation.toProto(message));
    return true;
  }

  /** It is to wait on: so many hosts are welcomed before it. */
  void queued(int ahead) {
    push(ToAgent.newBuilder().setQueued(Queued.newBuilder().setAhead(ahead)).build());
  }

  private void push(ToAgent message) {
    if (!observer.isCancelled()) {
      observer.onNext(message);
    }
  }

  void end() {
    if (!observer.isCancelled()) {
      observer.onCompleted();
    }
  }
}
