package io.drover.agent.session;

import com.google.protobuf.ByteString;
import io.drover.agent.image.ImageSource;
import io.drover.agent.store.AgentStore;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.AgentGatewayGrpc;
import io.drover.protocol.v1.FetchImageRequest;
import io.drover.protocol.v1.ImagePiece;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Images from whichever control node answers, tried in the order of the session's endpoints. Each
 * read has a connection of its own: it must not delay the session. Blocks; safe on any thread.
 */
public final class GatewayImages implements ImageSource {
  private static final int MESSAGE_LIMIT_BYTES = 4 << 20;

  private final EndpointBook endpoints;

  public GatewayImages(AgentSettings settings, AgentStore store) {
    this.endpoints = new EndpointBook(settings, store);
  }

  @Override
  public void read(String sha256, long offset, Sink sink) throws IOException {
    List<BindAddress> all = endpoints.toTry();
    Counted counted = new Counted(sink);
    IOException last = new IOException("no endpoint");
    for (BindAddress endpoint : all) {
      try {
        read(endpoint, sha256, offset, counted);
        return;
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
          throw new NoSuchImageException(String.valueOf(e.getStatus().getDescription()));
        }
        last = new IOException(endpoint + " " + e.getStatus(), e);
        if (counted.any) {
          throw last; // whoever asks goes on behind what came
        }
      }
    }
    throw last;
  }

  private static void read(BindAddress endpoint, String sha256, long offset, Sink sink)
      throws IOException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                endpoint.host(), endpoint.port(), InsecureChannelCredentials.create())
            .keepAliveTime(GatewayStream.PING_INTERVAL.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(GatewayStream.PING_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .maxInboundMessageSize(MESSAGE_LIMIT_BYTES)
            .build();
    try {
      Iterator<ImagePiece> pieces =
          AgentGatewayGrpc.newBlockingStub(channel)
              .fetchImage(
                  FetchImageRequest.newBuilder().setSha256(sha256).setOffset(offset).build());
      while (pieces.hasNext()) {
        ImagePiece piece = pieces.next();
        ByteString content = piece.getContent();
        sink.accept(content.toByteArray(), piece.getTotalBytes());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static final class Counted implements Sink {
    private final Sink sink;
    private boolean any;

    private Counted(Sink sink) {
      this.sink = sink;
    }

    @Override
    public void accept(byte[] piece, long totalBytes) throws IOException {
      any = true;
      sink.accept(piece, totalBytes);
    }
  }
}
