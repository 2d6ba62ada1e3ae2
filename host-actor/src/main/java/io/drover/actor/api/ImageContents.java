package io.drover.actor.api;

import io.drover.actor.api.ImageStore.StoredImage;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Finished images, to be read in pieces. Never blocks the caller; safe on any thread. */
public interface ImageContents {
  /** Of every piece but the last. */
  int PIECE_BYTES = 1 << 20;

  CompletionStage<Optional<StoredImage>> withDigest(String sha256);

  /** One piece of its content, from 0. */
  CompletionStage<byte[]> piece(StoredImage image, int index);
}
