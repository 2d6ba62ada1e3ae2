package io.drover.node.images;

import io.drover.actor.api.ImageFormat;
import io.drover.actor.api.ImageStore.StoredImage;
import io.drover.actor.api.ImageStore.Use;
import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements about images. Each call is one statement or two; the caller has the transaction.
 */
final class ImageTables {
  private static final String COLUMNS =
      "name, upload, sha256, size_bytes, format, min_memory_bytes, uploaded_at";

  private final Connection connection;

  ImageTables(Connection connection) {
    this.connection = connection;
  }

  void addUpload(String upload, Instant now) throws SQLException {
    update("INSERT INTO image_upload (id, touched_at) VALUES (?, ?)", upload, micros(now));
  }

  /** False when the upload was collected meanwhile. */
  boolean addPiece(String upload, int piece, byte[] content, Instant now) throws SQLException {
    if (update("UPDATE image_upload SET touched_at = ? WHERE id = ?", micros(now), upload) == 0) {
      return false;
    }
    return update(
            "INSERT INTO image_piece (upload, piece, content) VALUES (?, ?, ?)",
            upload,
            piece,
            content)
        == 1;
  }

  Optional<byte[]> piece(String upload, int piece) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT content FROM image_piece WHERE upload = ? AND piece = ?")) {
      query.setString(1, upload);
      query.setInt(2, piece);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
      }
    }
  }

  void removeUpload(String upload) throws SQLException {
    update(
        "DELETE FROM image_upload WHERE id = ? AND NOT EXISTS (SELECT 1 FROM image WHERE upload = ?)",
        upload,
        upload);
  }

  int removeAbandoned(Instant before) throws SQLException {
    return update(
        "DELETE FROM image_upload WHERE touched_at < ? AND NOT EXISTS (SELECT 1 FROM image WHERE image.upload = image_upload.id)",
        micros(before));
  }

  void addImage(StoredImage image, Optional<String> key) throws SQLException {
    update(
        "INSERT INTO image (" + COLUMNS + ", idempotency_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        image.name(),
        image.upload(),
        image.sha256(),
        image.size().bytes(),
        image.format().name(),
        image.minMemory().bytes(),
        micros(image.uploadedAt()),
        key.orElse(null));
  }

  Optional<StoredImage> image(String name) throws SQLException {
    return images("WHERE name = ?", name).stream().findFirst();
  }

  Optional<StoredImage> imageUnder(String key) throws SQLException {
    return images("WHERE idempotency_key = ?", key).stream().findFirst();
  }

  List<StoredImage> images(String where, Object... values) throws SQLException {
    List<StoredImage> images = new ArrayList<>();
    try (PreparedStatement query =
        prepare("SELECT " + COLUMNS + " FROM image " + where + " ORDER BY name", values)) {
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          images.add(
              new StoredImage(
                  rows.getString(1),
                  rows.getString(2),
                  rows.getString(3),
                  new ByteSize(rows.getLong(4)),
                  ImageFormat.valueOf(rows.getString(5)),
                  new ByteSize(rows.getLong(6)),
                  instant(rows.getLong(7))));
        }
      }
    }
    return images;
  }

  /** Noting a VM twice is noting it once. */
  void addUse(String image, VmId vm, Instant now) throws SQLException {
    if (update(
            "UPDATE image_use SET since = ? WHERE image = ? AND vm = ?",
            micros(now),
            image,
            vm.text())
        == 0) {
      update(
          "INSERT INTO image_use (image, vm, since) VALUES (?, ?, ?)",
          image,
          vm.text(),
          micros(now));
    }
  }

  List<Use> uses(String image) throws SQLException {
    List<Use> uses = new ArrayList<>();
    try (PreparedStatement query =
            prepare("SELECT vm, since FROM image_use WHERE image = ? ORDER BY vm", image);
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        uses.add(new Use(VmId.parse(rows.getString(1)), instant(rows.getLong(2))));
      }
    }
    return uses;
  }

  void removeUse(String image, VmId vm) throws SQLException {
    update("DELETE FROM image_use WHERE image = ? AND vm = ?", image, vm.text());
  }

  /** False when it is used, or not there. */
  boolean removeUnused(String image) throws SQLException {
    return update(
            "DELETE FROM image WHERE name = ? AND NOT EXISTS (SELECT 1 FROM image_use WHERE image = ?)",
            image,
            image)
        == 1;
  }

  void noteDeletion(String key, String name) throws SQLException {
    update("INSERT INTO image_deletion (idempotency_key, name) VALUES (?, ?)", key, name);
  }

  Optional<String> deletedUnder(String key) throws SQLException {
    try (PreparedStatement query =
            prepare("SELECT name FROM image_deletion WHERE idempotency_key = ?", key);
        ResultSet rows = query.executeQuery()) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    }
  }

  private int update(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values)) {
      return statement.executeUpdate();
    }
  }

  private PreparedStatement prepare(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
