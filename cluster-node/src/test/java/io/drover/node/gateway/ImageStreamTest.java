package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.actor.api.ImageContents;
import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.FetchImageRequest;
import io.drover.protocol.v1.ImagePiece;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an agent gets when it asks for an image. */
final class ImageStreamTest {
  private final Server server =
      NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .directExecutor()
          .addService(
              new AgentGatewayGrpc.AgentGatewayImplBase() {
                @Override
                public void fetchImage(
                    FetchImageRequest request, StreamObserver<ImagePiece> agent) {
                  new ImageStream(
                          new OneImage(), request, (ServerCallStreamObserver<ImagePiece>) agent)
                      .start();
                }
              })
          .build();
  private Optional<ManagedChannel> channel = Optional.empty();

  @BeforeEach
  void start() throws IOException {
    server.start();
    channel =
        Optional.of(
            NettyChannelBuilder.forAddress(
                    "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
                .build());
  }

  @AfterEach
  void stop() {
    channel.ifPresent(ManagedChannel::shutdownNow);
    server.shutdownNow();
  }

  @Test
  void shouldSendAnImageFromTheStart() {
    assertThat(fetch(OneImage.DIGEST, 0)).isEqualTo(OneImage.CONTENT);
  }

  @Test
  void shouldGoOnWhereAnotherStreamBroke() {
    int offset = ImageContents.PIECE_BYTES + 77;

    assertThat(fetch(OneImage.DIGEST, offset))
        .isEqualTo(Arrays.copyOfRange(OneImage.CONTENT, offset, OneImage.CONTENT.length));
    assertThat(fetch(OneImage.DIGEST, OneImage.CONTENT.length)).isEmpty();
  }

  @Test
  void shouldSayThatThereIsNoSuchImage() {
    assertThatThrownBy(() -> fetch("cd", 0)).hasMessage("NOT_FOUND: no image with SHA-256 cd");
  }

  private byte[] fetch(String sha256, long offset) {
    Iterator<ImagePiece> pieces =
        AgentGatewayGrpc.newBlockingStub(channel.orElseThrow())
            .fetchImage(FetchImageRequest.newBuilder().setSha256(sha256).setOffset(offset).build());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (pieces.hasNext()) {
      ImagePiece piece = pieces.next();
      assertThat(piece.getOffset()).isEqualTo(offset + all.size());
      assertThat(piece.getTotalBytes()).isEqualTo(OneImage.CONTENT.length);
      all.writeBytes(piece.getContent().toByteArray());
    }
    return all.toByteArray();
  }
}
