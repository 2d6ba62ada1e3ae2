package io.drover.agent.image;

import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.image.ImageSource.NoSuchImageException;
import io.drover.agent.image.ImageSource.SinkException;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one image to disk: into a temporary file, on disk, checked, then under its name. Whatever
 * fails leaves nothing.
 */
final class ImageFetch {
  private static final Logger LOG = LoggerFactory.getLogger(ImageFetch.class);

  /** Times a broken stream is taken up again without having brought a byte. */
  private static final int IDLE_ATTEMPTS_LIMIT = 5;

  /** What the host keeps free for logs and the grants of guests. */
  private static final ByteSize DISK_RESERVE = ByteSize.ofMib(64);

  private final Path directory;
  private final ImageSource source;

  ImageFetch(Path directory, ImageSource source) {
    this.directory = directory;
    this.source = source;
  }

  void fetch(String sha256, Path target) throws HypervisorException {
    try {
      Path partial = Files.createTempFile(directory, "fetch-", ".part");
      try {
        write(sha256, partial);
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        force(directory);
      } finally {
        Files.deleteIfExists(partial);
      }
    } catch (NoSuchImageException e) {
      throw new HypervisorException(Kind.IMAGE_UNUSABLE, String.valueOf(e.getMessage()), e);
    } catch (SinkException e) {
      throw new HypervisorException(
          Kind.INSUFFICIENT_RESOURCES,
          "image %s cannot be stored in %s: %s".formatted(sha256, directory, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new HypervisorException(
          Kind.FAILED, "image %s cannot be fetched: %s".formatted(sha256, e.getMessage()), e);
    }
  }

  private void write(String sha256, Path partial) throws IOException, HypervisorException {
    MessageDigest digest = Sha256.digest();
    try (FileChannel file = FileChannel.open(partial, StandardOpenOption.WRITE)) {
      Arrival arrival = new Arrival(file, digest);
      int idle = 0;
      while (!arrival.isComplete()) {
        long before = arrival.written;
        try {
          source.read(sha256, arrival.written, arrival);
        } catch (NoSuchImageException | SinkException e) {
          throw e;
        } catch (IOException e) {
          LOG.atInfo()
              .addKeyValue("image", sha256)
              .addKeyValue("offset", arrival.written)
              .addKeyValue("reason", e.getMessage())
              .log("image stream broke");
          idle = arrival.written > before ? 0 : idle + 1;
          if (idle >= IDLE_ATTEMPTS_LIMIT) {
            throw e;
          }
          continue;
        }
        if (!arrival.isComplete()) {
          throw new IOException(
              "it ended after %d of %d bytes".formatted(arrival.written, arrival.total));
        }
      }
      arrival.force();
    }
    String actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(sha256)) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE,
          "what came as image %s has SHA-256 %s; nothing was kept".formatted(sha256, actual));
    }
  }

  /** The file as it grows. */
  private final class Arrival implements ImageSource.Sink {
    private final FileChannel file;
    private final MessageDigest digest;
    private long written;
    private long total = -1;

    private Arrival(FileChannel file, MessageDigest digest) {
      this.file = file;
      this.digest = digest;
    }

    boolean isComplete() {
      return written == total;
    }

    @Override
    public void accept(byte[] piece, long totalBytes) throws IOException {
      try {
        if (total < 0) {
          requireRoom(totalBytes);
          total = totalBytes;
        }
        ByteBuffer bytes = ByteBuffer.wrap(piece);
        while (bytes.hasRemaining()) {
          var _ = file.write(bytes);
        }
      } catch (IOException e) {
        throw new SinkException(String.valueOf(e.getMessage()), e);
      }
      digest.update(piece);
      written += piece.length;
    }

    private void requireRoom(long needed) throws IOException {
      long free = Files.getFileStore(directory).getUsableSpace();
      if (needed > free - DISK_RESERVE.bytes()) {
        throw new IOException(
            "it has %s; free are %s, of which %s are kept"
                .formatted(new ByteSize(needed), new ByteSize(free), DISK_RESERVE));
      }
    }

    void force() throws SinkException {
      try {
        file.force(true);
      } catch (IOException e) {
        throw new SinkException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
