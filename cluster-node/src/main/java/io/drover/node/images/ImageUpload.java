package io.drover.node.images;

import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.ImageStore.Completed;
import io.drover.actor.api.ImageStore.NewImage;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.actor.api.ImageStore.Upload;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.settings.ImageSettings;
import io.drover.config.units.ByteSize;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One image on its way into the database: seen by nobody until it is complete and checked. */
final class ImageUpload implements Upload {
  private final JdbcImageStore store;
  private final String id;
  private final NewImage announced;
  private final ImageSettings settings;
  private final MessageDigest digest = sha256();
  private byte[] head = {};
  private Optional<ImageFormat> format = Optional.empty();
  private int pieces;
  private long size;

  ImageUpload(JdbcImageStore store, String id, NewImage announced, ImageSettings settings) {
    this.store = store;
    this.id = id;
    this.announced = announced;
    this.settings = settings;
  }

  @Override
  public CompletionStage<Void> append(byte[] piece) {
    return store.change(tables -> {
      size += piece.length;
      if (size > settings.sizeLimit().bytes()) {
        throw new RefusedException(store.tooLarge(size));
      }
      if (pieces == 0) {
        head = piece;
        format = Optional.of(ImageContent.format(piece)); // no use in taking the rest of others
      }
      if (format.equals(Optional.of(ImageFormat.WEBASSEMBLY))
          && size > settings.moduleLimit().bytes()) {
        throw ImageContent.unusable(
            "a module may have %s (drover.images.module-limit)".formatted(settings.moduleLimit()));
      }
      digest.update(piece);
      if (!tables.addPiece(id, pieces++, piece, store.clock().instant())) {
        throw new RefusedException(
            Refusal.of(
                Refusal.Kind.CONFLICT,
                "nothing came for %s: the upload was given up"
                    .formatted(settings.abandonedAfter())));
      }
    });
  }

  @Override
  public CompletionStage<Completed> complete() {
    return store.query(tables -> {
      if (size == 0) {
        throw ImageContent.unusable("it is empty");
      }
      String sha256 = HexFormat.of().formatHex(digest.digest());
      requireAnnounced(sha256);
      Optional<StoredImage> known = known(tables, sha256);
      if (known.isPresent()) {
        tables.removeUpload(id);
        return new Completed(known.get(), false);
      }
      ImageFormat found = format.orElseThrow();
      ByteSize memory =
          found == ImageFormat.WEBASSEMBLY
              ? ImageContent.requireModule(whole(tables))
              : ImageContent.requireWhole(found, head, size);
      StoredImage image =
          new StoredImage(
              announced.name(),
              id,
              sha256,
              new ByteSize(size),
              found,
              memory,
              store.clock().instant().truncatedTo(ChronoUnit.MICROS));
      tables.addImage(image, announced.idempotencyKey());
      return new Completed(image, true);
    });
  }

  private void requireAnnounced(String sha256) {
    if (announced.size().isPresent() && announced.size().getAsLong() != size) {
      throw ImageContent.unusable(
          "it has %d bytes; %d were announced".formatted(size, announced.size().getAsLong()),
          Map.of(
              "expected",
              Long.toString(announced.size().getAsLong()),
              "value",
              Long.toString(size)));
    }
    if (announced.sha256().isPresent() && !announced.sha256().get().equals(sha256)) {
      throw ImageContent.unusable(
          "its SHA-256 is %s; %s was announced".formatted(sha256, announced.sha256().get()),
          Map.of("expected", announced.sha256().get(), "value", sha256));
    }
  }

  /** The same image under the same name, uploaded before. */
  private Optional<StoredImage> known(ImageTables tables, String sha256) throws SQLException {
    Optional<StoredImage> sameKey =
        announced.idempotencyKey().isPresent()
            ? tables.imageUnder(announced.idempotencyKey().get())
            : Optional.empty();
    if (sameKey.filter(image -> !image.sha256().equals(sha256)).isPresent()) {
      throw JdbcImageStore.mismatch();
    }
    Optional<StoredImage> sameName = tables.image(announced.name());
    if (sameName.filter(image -> !image.sha256().equals(sha256)).isPresent()) {
      throw new RefusedException(
          new Refusal(
              Refusal.Kind.CONFLICT,
              "image \"%s\" exists with SHA-256 %s, and images never change; this one has %s"
                  .formatted(announced.name(), sameName.get().sha256(), sha256),
              Map.of("expected", sameName.get().sha256(), "value", sha256),
              List.of()));
    }
    return sameName;
  }

  private byte[] whole(ImageTables tables) throws SQLException {
    byte[] all = new byte[Math.toIntExact(size)];
    int at = 0;
    for (int i = 0; i < pieces; i++) {
      byte[] piece =
          tables.piece(id, i).orElseThrow(() -> ImageContent.unusable("the upload was given up"));
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    return all;
  }

  @Override
  public CompletionStage<Void> abandon() {
    return store.change(tables -> tables.removeUpload(id));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
