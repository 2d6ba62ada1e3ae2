package io.drover.node.gateway;

import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.ImageStore;
import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One image of two pieces and a bit: each byte is its own offset's last byte. */
final class OneImage implements ImageStore {
  static final String DIGEST = "ab".repeat(32);
  static final byte[] CONTENT = new byte[2 * PIECE_BYTES + 5];

  static {
    for (int i = 0; i < CONTENT.length; i++) {
      CONTENT[i] = (byte) (i % 251);
    }
  }

  @Override
  public CompletionStage<Upload> begin(NewImage image) {
    throw new AssertionError(image);
  }

  @Override
  public CompletionStage<List<StoredImage>> all() {
    throw new AssertionError();
  }

  @Override
  public CompletionStage<Optional<StoredImage>> named(String name) {
    throw new AssertionError(name);
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

  @Override
  public CompletionStage<Optional<ImagePin>> pin(String name, VmId vm) {
    throw new AssertionError(name);
  }

  @Override
  public CompletionStage<Void> unpin(String name, VmId vm) {
    throw new AssertionError(name);
  }

  @Override
  public CompletionStage<List<Use>> users(String name) {
    throw new AssertionError(name);
  }

  @Override
  public CompletionStage<Boolean> delete(
      String name, List<VmId> gone, Optional<String> idempotencyKey) {
    throw new AssertionError(name);
  }

  @Override
  public CompletionStage<Optional<String>> deletedUnder(String idempotencyKey) {
    throw new AssertionError(idempotencyKey);
  }
}
