package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.drover.actor.host.WitnessCalls.Answer;
import io.drover.actor.lease.Witness;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.protocol.v1.RevokeReply;
import io.drover.protocol.v1.RevokeRequest;
import io.drover.protocol.v1.WitnessGrpc;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpcWitnessesTest {
  private static final HostId H1 = HostId.parse("host-north-03-h1");

  private final Queue<RevokeRequest> asked = new ConcurrentLinkedQueue<>();
  private final Server server;
  private final GrpcWitnesses witnesses = new GrpcWitnesses(Duration.ofSeconds(5));

  GrpcWitnessesTest() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new WitnessGrpc.WitnessImplBase() {
                  @Override
                  public void revoke(RevokeRequest request, StreamObserver<RevokeReply> observer) {
                    asked.add(request);
                    observer.onNext(
                        RevokeReply.newBuilder()
                            .setRevoked(!request.getOnlyLook())
                            .setLastVouchAgeMs(5100)
                            .build());
                    observer.onCompleted();
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    witnesses.close();
    server.shutdownNow();
  }

  @Test
  void shouldAskAWitnessToRevokeOrOnlyToLook() {
    Witness witness = new Witness("n1", "127.0.0.1:" + server.getPort());

    assertThat(witnesses.revoke(witness, H1, new Epoch(3), false).toCompletableFuture().join())
        .isEqualTo(new Answer(true, Duration.ofMillis(5100)));
    assertThat(witnesses.revoke(witness, H1, new Epoch(3), true).toCompletableFuture().join())
        .isEqualTo(new Answer(false, Duration.ofMillis(5100)));

    assertThat(asked)
        .extracting(RevokeRequest::getHostId, RevokeRequest::getLeaseEpoch)
        .containsOnly(tuple(H1.text(), 3L));
  }

  @Test
  void shouldFailForAnEndpointThatIsNone() {
    Witness nowhere = new Witness("n1", "somewhere");

    assertThatThrownBy(
            () -> witnesses.revoke(nowhere, H1, new Epoch(3), true).toCompletableFuture().join())
        .hasMessageContaining("somewhere");
  }

  @Test
  void shouldFailWhenNobodyIsThere() {
    server.shutdownNow();
    Witness gone = new Witness("n1", "127.0.0.1:1");

    assertThatThrownBy(
            () -> witnesses.revoke(gone, H1, new Epoch(3), true).toCompletableFuture().join())
        .hasMessageContaining("UNAVAILABLE");
  }
}
