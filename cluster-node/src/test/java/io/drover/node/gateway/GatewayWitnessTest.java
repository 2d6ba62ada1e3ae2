package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.lease.WitnessBook;
import io.drover.agent.witness.WitnessService;
import io.drover.protocol.v1.RevokeReply;
import io.drover.protocol.v1.RevokeRequest;
import io.drover.protocol.v1.VouchRequest;
import io.drover.protocol.v1.WitnessGrpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A control node as a witness, while its database is there and while it is not. */
final class GatewayWitnessTest {
  private static final String HOST = "host-north-03-h1";

  private final RevocationsInMemory database = new RevocationsInMemory();
  private WitnessService service;
  private Server server;
  private ManagedChannel channel;
  private WitnessGrpc.WitnessBlockingStub witness;

  @BeforeEach
  void start() throws IOException {
    service = new WitnessService(new WitnessBook(database, System.nanoTime()));
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(service)
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
            .build();
    witness = WitnessGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    service.close();
  }

  private boolean vouch(long epoch) {
    return witness
        .vouch(VouchRequest.newBuilder().setHostId(HOST).setLeaseEpoch(epoch).build())
        .getVouched();
  }

  private RevokeReply revoke(long epoch, boolean onlyLook) {
    return witness.revoke(
        RevokeRequest.newBuilder()
            .setHostId(HOST)
            .setLeaseEpoch(epoch)
            .setOnlyLook(onlyLook)
            .build());
  }

  @Test
  void shouldGoOnVouchingAndRevokeNothingWhileItsDatabaseIsAway() {
    database.beUnreachable(true);

    assertThatThrownBy(() -> revoke(3, false))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));

    assertThat(revoke(3, true).getRevoked()).isFalse();
    assertThat(vouch(3)).isTrue();
    database.beUnreachable(false);
    assertThat(revoke(3, false).getRevoked()).isTrue();
    assertThat(vouch(3)).isFalse();
    assertThat(vouch(4)).isTrue();
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    assertThatThrownBy(() -> vouch(0)).hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> witness.vouch(VouchRequest.newBuilder().setHostId("x").build()))
        .hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> revoke(-1, false)).hasMessageContaining("INVALID_ARGUMENT");
  }
}
