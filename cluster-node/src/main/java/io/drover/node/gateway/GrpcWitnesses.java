package io.drover.node.gateway;

import io.drover.actor.host.WitnessCalls;
import io.drover.actor.lease.Witness;
import io.drover.agent.witness.WitnessConnection;
import io.drover.config.settings.SettingsException;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.protocol.v1.RevokeReply;
import io.drover.protocol.v1.RevokeRequest;
import io.drover.protocol.v1.WitnessGrpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Speaks to witnesses over gRPC. A connection is kept while hosts are being lost, and not longer.
 */
public final class GrpcWitnesses implements WitnessCalls, AutoCloseable {
  /** Connections at a time; the one not used for longest goes first. */
  private static final int CHANNEL_LIMIT = 1024;

  private static final int IDLE_S = 30;

  private final Duration answerLimit;
  private final Map<String, ManagedChannel> channels =
      new LinkedHashMap<>(64, 0.75f, true) { // guarded by itself
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ManagedChannel> eldest) {
          boolean full = size() > CHANNEL_LIMIT;
          if (full) {
            eldest.getValue().shutdown();
          }
          return full;
        }
      };

  /**
   * Connects to nobody yet.
   *
   * @param answerLimit of one question
   */
  public GrpcWitnesses(Duration answerLimit) {
    this.answerLimit = answerLimit;
  }

  @Override
  public CompletionStage<Answer> revoke(
      Witness witness, HostId host, Epoch leaseEpoch, boolean onlyLook) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    try {
      ManagedChannel channel = channel(witness.endpoint());
      channel.resetConnectBackoff(); // of a witness that was away
      WitnessGrpc.newStub(channel)
          .withWaitForReady()
          .withDeadlineAfter(answerLimit.toMillis(), TimeUnit.MILLISECONDS)
          .revoke(
              RevokeRequest.newBuilder()
                  .setHostId(host.text())
                  .setLeaseEpoch(leaseEpoch.value())
                  .setOnlyLook(onlyLook)
                  .build(),
              completing(answer));
    } catch (SettingsException e) { // an endpoint that is none
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private ManagedChannel channel(String endpoint) {
    synchronized (channels) {
      return channels.computeIfAbsent(
          endpoint,
          target ->
              WitnessConnection.to(target, answerLimit)
                  .idleTimeout(IDLE_S, TimeUnit.SECONDS)
                  .build());
    }
  }

  private static StreamObserver<RevokeReply> completing(CompletableFuture<Answer> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(RevokeReply reply) {
        answer.complete(
            new Answer(reply.getRevoked(), Duration.ofMillis(reply.getLastVouchAgeMs())));
      }

      @Override
      public void onError(Throwable failure) {
        answer.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {
        answer.completeExceptionally(new IllegalStateException("no answer")); // after one: nothing
      }
    };
  }

  @Override
  public void close() {
    synchronized (channels) {
      channels.values().forEach(ManagedChannel::shutdownNow);
      channels.clear();
    }
  }
}
