package io.drover.node.gateway;

import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.ToAgent;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The agent's end of a real session, moved by a test step by step. */
final class ScriptedAgent implements AutoCloseable {
  private static final int LIMIT_S = 10;

  private final ManagedChannel channel;
  private final StreamObserver<FromAgent> toGateway;
  private final BlockingQueue<ToAgent> heard = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  private ScriptedAgent(ManagedChannel channel) {
    this.channel = channel;
    this.toGateway = AgentGatewayGrpc.newStub(channel).session(new Ear());
  }

  static ScriptedAgent connect(BindAddress gateway) {
    return new ScriptedAgent(
        NettyChannelBuilder.forAddress(gateway.host(), gateway.port()).usePlaintext().build());
  }

  void say(FromAgent message) {
    toGateway.onNext(message);
  }

  ToAgent hear() {
    try {
      ToAgent message = heard.poll(LIMIT_S, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("the gateway said nothing for " + LIMIT_S + " s");
      }
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void awaitEnd() {
    try {
      if (!ended.await(LIMIT_S, TimeUnit.SECONDS)) {
        throw new AssertionError("the gateway did not end the session");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void breakStream() {
    toGateway.onError(Status.CANCELLED.asRuntimeException());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Ear implements StreamObserver<ToAgent> {
    @Override
    public void onNext(ToAgent message) {
      heard.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
