package io.drover.node.gateway;

import io.drover.actor.api.ImageContents;
import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.config.units.ByteSize;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One image of two pieces and a bit: each byte is its own offset's last byte. */
final class OneImage implements ImageContents {
  static final String DIGEST = "ab".repeat(32);
  static final byte[] CONTENT = new byte[2 * PIECE_BYTES + 5];

  static {
    for (int i = 0; i < CONTENT.length; i++) {
      CONTENT[i] = (byte) (i % 251);
    }
  }

  @Override
  public CompletionStage<Optional<StoredImage>> withDigest(String sha256) {
    return CompletableFuture.completedStage(
        Optional.of(
                new StoredImage(
                    "one",
                    "u1",
                    DIGEST,
                    new ByteSize(CONTENT.length),
                    ImageFormat.ELF,
                    ByteSize.ofMib(1),
                    Instant.EPOCH))
            .filter(image -> image.sha256().equals(sha256)));
  }

  @Override
  public CompletionStage<byte[]> piece(StoredImage image, int index) {
    int from = index * PIECE_BYTES;
    return CompletableFuture.supplyAsync(
        () -> Arrays.copyOfRange(CONTENT, from, Math.min(from + PIECE_BYTES, CONTENT.length)));
  }
}
