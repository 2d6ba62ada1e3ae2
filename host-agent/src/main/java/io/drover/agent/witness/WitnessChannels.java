package io.drover.agent.witness;

import io.drover.protocol.v1.VouchReply;
import io.drover.protocol.v1.VouchRequest;
import io.drover.protocol.v1.WitnessGrpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to each witness, kept while it stands in a list. Called by one thread. */
final class WitnessChannels implements Witnesses {
  /** Below the interval: an answer that comes later is worth less than the next one. */
  static final Duration ANSWER_TIMEOUT = Duration.ofMillis(900);

  private static final Logger LOG = LoggerFactory.getLogger(WitnessChannels.class);

  private final Map<String, ManagedChannel> channels = new HashMap<>();

  @Override
  public void retain(Set<String> endpoints) {
    channels
        .entrySet()
        .removeIf(entry -> {
          boolean goes = !endpoints.contains(entry.getKey());
          if (goes) {
            entry.getValue().shutdownNow();
          }
          return goes;
        });
  }

  @Override
  public void vouch(String endpoint, VouchRequest request, Runnable vouched) {
    ManagedChannel channel = channels.computeIfAbsent(endpoint, WitnessChannels::connect);
    channel.resetConnectBackoff(); // of a witness that was away
    WitnessGrpc.newStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .vouch(request, new Answer(endpoint, vouched));
  }

  private static ManagedChannel connect(String endpoint) {
    return WitnessConnection.to(endpoint, ANSWER_TIMEOUT).build();
  }

  @Override
  public void close() {
    retain(Set.of());
  }

  private record Answer(String endpoint, Runnable vouched) implements StreamObserver<VouchReply> {
    @Override
    public void onNext(VouchReply reply) {
      if (reply.getVouched()) {
        vouched.run();
      } else {
        LOG.atDebug().addKeyValue("witness", endpoint).log("this lease is revoked");
      }
    }

    @Override
    public void onError(Throwable failure) {
      LOG.atDebug()
          .addKeyValue("witness", endpoint)
          .addKeyValue("reason", failure.getMessage())
          .log("no vouch");
    }

    @Override
    public void onCompleted() {}
  }
}
