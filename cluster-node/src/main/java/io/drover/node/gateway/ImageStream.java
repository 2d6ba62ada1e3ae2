package io.drover.node.gateway;

import com.google.protobuf.UnsafeByteOperations;
import io.drover.actor.api.ImageContents;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.protocol.v1.FetchImageRequest;
import io.drover.protocol.v1.ImagePiece;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one image to one agent, a piece whenever the last one has left: at most one is in memory.
 */
final class ImageStream {
  private static final Logger LOG = LoggerFactory.getLogger(ImageStream.class);

  private final ImageContents images;
  private final FetchImageRequest request;
  private final ServerCallStreamObserver<ImagePiece> agent;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile Optional<StoredImage> image = Optional.empty();
  private volatile long offset;

  ImageStream(
      ImageContents images, FetchImageRequest request, ServerCallStreamObserver<ImagePiece> agent) {
    this.images = images;
    this.request = request;
    this.agent = agent;
    this.offset = request.getOffset();
  }

  /** To be called before the call's method returns: handlers cannot be set later. */
  void start() {
    agent.setOnReadyHandler(this::goOn);
    agent.setOnCancelHandler(() -> {}); // without one, a late piece would throw
    images
        .withDigest(request.getSha256())
        .whenComplete((found, failure) -> {
          if (failure != null) {
            fail(Status.UNAVAILABLE, String.valueOf(failure.getMessage()));
          } else if (found.isEmpty()) {
            fail(Status.NOT_FOUND, "no image with SHA-256 " + request.getSha256());
          } else {
            image = found;
            goOn();
          }
        });
  }

  /** Sends what may be sent now. Called whenever the agent may take more; on any thread. */
  private void goOn() {
    Optional<StoredImage> known = image;
    if (known.isEmpty()
        || !agent.isReady()
        || agent.isCancelled()
        || !reading.compareAndSet(false, true)) {
      return;
    }
    if (offset >= known.get().size().bytes()) {
      agent.onCompleted(); // and stays reading: there is nothing more to do
      return;
    }
    images
        .piece(known.get(), (int) (offset / ImageContents.PIECE_BYTES))
        .whenComplete((piece, failure) -> {
          if (failure != null) {
            fail(Status.UNAVAILABLE, String.valueOf(failure.getMessage()));
          } else if (!agent.isCancelled()) {
            send(known.get(), piece);
          }
        });
  }

  private void fail(Status status, String reason) {
    LOG.atWarn()
        .addKeyValue("image", request.getSha256())
        .addKeyValue("offset", offset)
        .addKeyValue("reason", reason)
        .log("image not sent");
    if (!agent.isCancelled()) {
      agent.onError(status.withDescription(reason).asException());
    }
  }

  private void send(StoredImage from, byte[] piece) {
    long at = offset; // written by one thread at a time: whoever set reading
    int skipped = (int) (at % ImageContents.PIECE_BYTES);
    byte[] rest = skipped == 0 ? piece : Arrays.copyOfRange(piece, skipped, piece.length);
    agent.onNext(
        ImagePiece.newBuilder()
            .setOffset(at)
            .setTotalBytes(from.size().bytes())
            .setContent(UnsafeByteOperations.unsafeWrap(rest)) // nobody else has the array
            .build());
    offset = at + rest.length;
    reading.set(false);
    goOn();
  }
}
