package io.drover.agent.witness;

import io.drover.agent.store.AgentStore;
import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.RevokeReply;
import io.drover.protocol.v1.RevokeRequest;
import io.drover.protocol.v1.VouchReply;
import io.drover.protocol.v1.VouchRequest;
import io.drover.protocol.v1.WitnessAddress;
import io.drover.protocol.v1.WitnessGrpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;

/** A real witness on a port of its own, which may go and come back. */
final class TestWitness implements AutoCloseable {
  static final String HOST = "host-north-03-h1";

  private final String id;
  private final Path directory;
  private AgentStore store;
  private WitnessServer server;
  private BindAddress address = new BindAddress("127.0.0.1", 0);

  TestWitness(String id, Path directory) throws IOException {
    this.id = id;
    this.directory = directory.resolve(id);
    start();
  }

  void start() throws IOException {
    store = AgentStore.open(directory);
    server = WitnessServer.start(address, store);
    address = server.address();
  }

  WitnessAddress.Builder listed() {
    return WitnessAddress.newBuilder().setId(id).setEndpoint(address.toString());
  }

  VouchReply vouch(long epoch) {
    return call(
        stub -> stub.vouch(VouchRequest.newBuilder().setHostId(HOST).setLeaseEpoch(epoch).build()));
  }

  RevokeReply revoke(long epoch) {
    return revoke(epoch, false);
  }

  RevokeReply look(long epoch) {
    return revoke(epoch, true);
  }

  private RevokeReply revoke(long epoch, boolean onlyLook) {
    return call(stub ->
        stub.revoke(
            RevokeRequest.newBuilder()
                .setHostId(HOST)
                .setLeaseEpoch(epoch)
                .setOnlyLook(onlyLook)
                .build()));
  }

  /** One call. */
  private interface Call<R> {
    R on(WitnessGrpc.WitnessBlockingStub stub);
  }

  private <R> R call(Call<R> call) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                address.host(), address.port(), InsecureChannelCredentials.create())
            .build();
    try {
      return call.on(WitnessGrpc.newBlockingStub(channel));
    } finally {
      channel.shutdownNow();
    }
  }

  AgentStore store() {
    return store;
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
