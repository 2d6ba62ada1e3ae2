package io.drover.actor.api;

import io.drover.actor.agent.ImagePin;
import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Images that came through the API, in pieces. An image never changes; it can be seen once it is
 * complete and its bytes were checked. Refusals complete a stage with {@link RefusedException}.
 * Never blocks the caller; safe on any thread.
 */
public interface ImageStore extends ImageContents {
  /** Begins to take an image; refused when its name or announced size cannot be. */
  CompletionStage<Upload> begin(NewImage image);

  /** All of them, by name. */
  CompletionStage<List<StoredImage>> all();

  CompletionStage<Optional<StoredImage>> named(String name);

  /** Notes that this VM is about to be made of it; empty = there is no such image. */
  CompletionStage<Optional<ImagePin>> pin(String name, VmId vm);

  /** Forgets that VM: it was not created. */
  CompletionStage<Void> unpin(String name, VmId vm);

  /** VMs that were noted. */
  CompletionStage<List<Use>> users(String name);

  /** Forgets these VMs and deletes the image unless others use it; false when others do. */
  CompletionStage<Boolean> delete(String name, List<VmId> gone, Optional<String> idempotencyKey);

  /** The image that was deleted under this key before. */
  CompletionStage<Optional<String>> deletedUnder(String idempotencyKey);

  /**
   * What a client says of the image it sends.
   *
   * @param size empty = it does not know
   * @param sha256 hex; empty = it does not know
   */
  record NewImage(
      String name, OptionalLong size, Optional<String> sha256, Optional<String> idempotencyKey) {}

  /**
   * An image.
   *
   * @param upload where its pieces are
   */
  record StoredImage(
      String name,
      String upload,
      String sha256,
      ByteSize size,
      ImageFormat format,
      ByteSize minMemory,
      Instant uploadedAt) {
    public ImagePin pin() {
      return new ImagePin(sha256, format.hypervisor(), format.words(), minMemory);
    }

    public int pieces() {
      return Math.toIntExact(Math.ceilDiv(size.bytes(), PIECE_BYTES));
    }
  }

  /** A VM that uses an image. */
  record Use(VmId vm, Instant since) {}

  /** An image on its way. One call at a time, each after the stage before has completed. */
  interface Upload {
    /** The next piece; all but the last have {@link #PIECE_BYTES}. */
    CompletionStage<Void> append(byte[] piece);

    /**
     * Checks what came and makes it the image. The same content under the same name again is that
     * image.
     */
    CompletionStage<Completed> complete();

    /** Removes what was stored. */
    CompletionStage<Void> abandon();
  }

  /**
   * A finished upload.
   *
   * @param isNew false when the image was there already
   */
  record Completed(StoredImage image, boolean isNew) {}
}
