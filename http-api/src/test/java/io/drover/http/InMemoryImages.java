package io.drover.http;

import io.drover.actor.agent.ImageArguments;
import io.drover.actor.agent.ImagePin;
import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.ImageView;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes whatever does not start with {@code !}, and remembers how it came. */
final class InMemoryImages implements ImageStore {
  static final String DIGEST = "ab".repeat(32);

  final Map<String, StoredImage> stored = new ConcurrentSkipListMap<>();
  final Map<String, byte[]> contents = new ConcurrentSkipListMap<>();
  final AtomicInteger pieces = new AtomicInteger();
  final AtomicInteger abandoned = new AtomicInteger();
  private volatile @Nullable NewImage announced;

  /** The last one. */
  NewImage announced() {
    return Objects.requireNonNull(announced, "none yet");
  }

  boolean isAnnounced() {
    return announced != null;
  }

  Stream<ImageView> views() {
    return stored.values().stream()
        .map(image ->
            new ImageView(
                image.name(),
                "embedded",
                image.size(),
                image.sha256(),
                image.minMemory(),
                ImageArguments.UNKNOWN,
                List.of(),
                Optional.of(new ImageView.Uploaded(image.format(), image.uploadedAt()))));
  }

  @Override
  public CompletionStage<Upload> begin(NewImage image) {
    announced = image;
    return CompletableFuture.completedStage(new InMemoryUpload(image));
  }

  private final class InMemoryUpload implements Upload {
    private final NewImage image;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private InMemoryUpload(NewImage image) {
      this.image = image;
    }

    @Override
    public CompletionStage<Void> append(byte[] piece) {
      pieces.incrementAndGet();
      if (piece[0] == '!') {
        return CompletableFuture.failedStage(
            new RefusedException(Refusal.of(Refusal.Kind.UNUSABLE_IMAGE, "it starts with 21")));
      }
      bytes.writeBytes(piece);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Completed> complete() {
      contents.put(image.name(), bytes.toByteArray());
      StoredImage done =
          new StoredImage(
              image.name(),
              "u1",
              DIGEST,
              new ByteSize(bytes.size()),
              ImageFormat.WEBASSEMBLY,
              ByteSize.ofMib(1),
              Samples.NOW);
      return CompletableFuture.completedStage(
          new Completed(done, stored.put(image.name(), done) == null));
    }

    @Override
    public CompletionStage<Void> abandon() {
      abandoned.incrementAndGet();
      return CompletableFuture.completedStage(null);
    }
  }

  @Override
  public CompletionStage<List<StoredImage>> all() {
    return CompletableFuture.completedStage(List.copyOf(stored.values()));
  }

  @Override
  public CompletionStage<Optional<StoredImage>> named(String name) {
    return CompletableFuture.completedStage(Optional.ofNullable(stored.get(name)));
  }

  @Override
  public CompletionStage<Optional<StoredImage>> withDigest(String sha256) {
    throw new AssertionError(sha256);
  }

  @Override
  public CompletionStage<byte[]> piece(StoredImage image, int index) {
    byte[] all = contents.getOrDefault(image.name(), new byte[0]);
    int from = index * PIECE_BYTES;
    return CompletableFuture.completedStage(
        Arrays.copyOfRange(all, from, Math.min(from + PIECE_BYTES, all.length)));
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
