package io.drover.node.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.drover.actor.Ids;
import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.ImageStore;
import io.drover.actor.api.ImageStore.Completed;
import io.drover.actor.api.ImageStore.NewImage;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.actor.api.ImageStore.Upload;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.settings.DatabaseSettings.Kind;
import io.drover.config.settings.ImageSettings;
import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import io.drover.node.TestDatabase;
import io.drover.node.wiring.Database;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of an image, and what is not. */
final class JdbcImageStoreTest {
  private static final VmId VM = VmId.parse("vm-north-03-01k00000000000000000000zzz");
  private static final int PIECE = ImageStore.PIECE_BYTES;

  @TempDir private Path folder;

  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Optional<Database> database = Optional.empty();

  private JdbcImageStore open(Kind kind) {
    Database opened = Database.open(TestDatabase.create(kind, folder), 1);
    database = Optional.of(opened);
    ImageSettings settings =
        new ImageSettings(ByteSize.ofMib(8), ByteSize.ofMib(2), Duration.ofMinutes(10));
    return new JdbcImageStore(
        opened.dataSource(), Runnable::run, settings, () -> now, Ids.random());
  }

  @AfterEach
  void close() {
    database.ifPresent(Database::close);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepAnImageAndShowItOnlyOnceItIsComplete(Kind kind) throws Exception {
    JdbcImageStore store = open(kind);
    byte[] disk = qcow2(2 * PIECE + 300);
    Upload upload = done(store.begin(image("disk", disk.length)));
    done(upload.append(Arrays.copyOf(disk, PIECE)));
    done(upload.append(Arrays.copyOfRange(disk, PIECE, 2 * PIECE)));
    assertThat(done(store.all())).isEmpty();
    done(upload.append(Arrays.copyOfRange(disk, 2 * PIECE, disk.length)));

    Completed completed = done(upload.complete());

    StoredImage image = completed.image();
    assertThat(completed.isNew()).isTrue();
    assertThat(image.format()).isEqualTo(ImageFormat.QCOW2);
    assertThat(image.sha256()).isEqualTo(sha256(disk));
    assertThat(done(store.named("disk"))).contains(image);
    assertThat(done(store.withDigest(image.sha256()))).contains(image);
    assertThat(done(store.piece(image, 2)))
        .isEqualTo(Arrays.copyOfRange(disk, 2 * PIECE, disk.length));
    assertThat(put(store, image("disk", disk.length), disk).isNew()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKeepNothingOfWhatItRefuses(Kind kind) {
    JdbcImageStore store = open(kind);
    byte[] disk = qcow2(100_000);

    assertThat(refusal(store, image("a"), "no image".getBytes(StandardCharsets.UTF_8)))
        .contains("it starts with 6e6f");
    assertThat(refusal(store, image("a"), new byte[0])).contains("empty");
    assertThat(refusal(store, image("a"), Arrays.copyOf(disk, 40_000))).contains("truncated");
    assertThat(refusal(store, image("a"), new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}))
        .contains("exports no function slice");
    assertThat(refusal(store, image("a"), new byte[] {0, 'a', 's', 'm', 2, 0, 0, 0}))
        .contains("malformed");
    assertThat(refusal(store, image("a", 99), disk)).contains("99 were announced");
    NewImage another =
        new NewImage("a", OptionalLong.empty(), Optional.of("00".repeat(32)), Optional.empty());
    assertThat(refusal(store, another, disk)).contains("0000 was announced");
    assertThat(refusal(store, image("pulse"), disk)).contains("every agent brings");
    assertThat(refusal(store, image("A/b"), disk)).contains("name must be");
    assertThat(refusal(store, image("a", 9L << 20), disk)).contains("size-limit");
    assertThat(done(store.all())).isEmpty();
    int left = done(store.query(tables -> tables.removeAbandoned(now.plusSeconds(9))));
    assertThat(left).as("uploads left behind").isZero();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldNeverChangeAnImage(Kind kind) {
    JdbcImageStore store = open(kind);
    put(store, image("disk"), qcow2(100_000));

    assertThat(refusal(store, image("disk"), qcow2(100_001))).contains("images never change");
    assertThat(done(store.named("disk")).orElseThrow().size().bytes()).isEqualTo(100_000);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldTieAKeyToOneImage(Kind kind) {
    JdbcImageStore store = open(kind);
    NewImage keyed = new NewImage("disk", OptionalLong.empty(), Optional.empty(), Optional.of("k"));
    put(store, keyed, qcow2(100_000));

    assertThat(put(store, keyed, qcow2(100_000)).isNew()).isFalse();
    assertThat(refusal(store, keyed, qcow2(100_001))).contains("Idempotency-Key");
    NewImage other =
        new NewImage("other", OptionalLong.empty(), Optional.empty(), Optional.of("k"));
    assertThat(refusal(store, other, qcow2(100_000))).contains("Idempotency-Key");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldCollectAnUploadThatNobodyGoesOnWith(Kind kind) {
    JdbcImageStore store = open(kind);
    byte[] disk = qcow2(100_000);
    put(store, image("kept"), disk);
    Upload upload = done(store.begin(image("left")));
    done(upload.append(disk));

    now = now.plus(Duration.ofMinutes(11));
    Instant before = now.minus(Duration.ofMinutes(10));
    int collected = done(store.query(tables -> tables.removeAbandoned(before)));
    assertThat(collected).isEqualTo(1);

    assertThat(refusalOf(upload.append(disk)).detail()).contains("given up");
    assertThat(done(store.all())).extracting(StoredImage::name).containsExactly("kept");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldNotDeleteAnImageThatIsUsed(Kind kind) {
    JdbcImageStore store = open(kind);
    StoredImage image = put(store, image("disk"), qcow2(100_000)).image();
    assertThat(done(store.pin("disk", VM))).contains(image.pin());

    assertThat(done(store.delete("disk", List.of(), Optional.empty()))).isFalse();
    assertThat(done(store.users("disk"))).extracting(ImageStore.Use::vm).containsExactly(VM);
    assertThat(done(store.delete("disk", List.of(VM), Optional.of("k")))).isTrue();

    assertThat(done(store.all())).isEmpty();
    assertThat(done(store.deletedUnder("k"))).contains("disk");
    assertThat(done(store.pin("disk", VM))).isEmpty();
    assertThat(refusalOf(store.piece(image, 0)).kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
  }

  private static Completed put(JdbcImageStore store, NewImage image, byte[] bytes) {
    Upload upload = done(store.begin(image));
    for (int at = 0; at < bytes.length; at += PIECE) {
      done(upload.append(Arrays.copyOfRange(bytes, at, Math.min(at + PIECE, bytes.length))));
    }
    return done(upload.complete());
  }

  /** As the API does it: whatever is refused is abandoned. */
  private static String refusal(JdbcImageStore store, NewImage image, byte[] bytes) {
    CompletionStage<Completed> stored =
        store
            .begin(image)
            .thenCompose(upload ->
                (bytes.length == 0
                        ? upload.complete()
                        : upload.append(bytes).thenCompose(_ -> upload.complete()))
                    .whenComplete((_, failure) -> {
                      if (failure != null) {
                        done(upload.abandon().thenApply(_ -> true));
                      }
                    }));
    return refusalOf(stored).detail();
  }

  private static Refusal refusalOf(CompletionStage<?> call) {
    Throwable failure = catchThrowable(() -> call.toCompletableFuture().join());
    if (failure != null && failure.getCause() instanceof RefusedException refused) {
      return refused.refusal();
    }
    throw new AssertionError("not refused", failure);
  }

  private static NewImage image(String name) {
    return new NewImage(name, OptionalLong.empty(), Optional.empty(), Optional.empty());
  }

  private static NewImage image(String name, long size) {
    return new NewImage(name, OptionalLong.of(size), Optional.empty(), Optional.empty());
  }

  /** Header of version 3: clusters of 64 KiB, its table of one entry behind the first cluster. */
  private static byte[] qcow2(int size) {
    byte[] disk = new byte[size];
    ByteBuffer.wrap(disk)
        .order(ByteOrder.BIG_ENDIAN)
        .putInt(0, 0x514649fb)
        .putInt(4, 3)
        .putInt(20, 16)
        .putInt(36, 1)
        .putLong(40, 65_536);
    return disk;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static <T> T done(CompletionStage<T> call) {
    return call.toCompletableFuture().join();
  }
}
