package io.drover.agent.embedded;

import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The images of this host: those that come with the agent and, where an operator has put some into
 * a directory with an {@code images.json}, those too. What the control plane sent is added as it
 * comes. Safe on any thread.
 */
public final class ImageCatalog {
  private static final String BUNDLED = "/images/";

  private volatile Map<String, GuestImage> images; // replaced, never changed

  private ImageCatalog(Map<String, GuestImage> images) {
    this.images = images;
  }

  /** What comes with the agent. */
  public static ImageCatalog bundled() throws HypervisorException {
    return new ImageCatalog(read(new LinkedHashMap<>(), ImageCatalog::openBundled, "the agent"));
  }

  /**
   * The bundled images and those of {@code directory}, which win where names are equal.
   *
   * @throws HypervisorException when there is no readable {@code images.json}; a bad image is no
   *     error but listed with its reason
   */
  public static ImageCatalog withDirectory(Path directory) throws HypervisorException {
    Map<String, GuestImage> images =
        read(new LinkedHashMap<>(), ImageCatalog::openBundled, "the agent");
    return new ImageCatalog(
        read(images, file -> Files.newInputStream(directory.resolve(file)), directory.toString()));
  }

  Collection<GuestImage> all() {
    return images.values();
  }

  /**
   * Adds a module; false when the file is none.
   *
   * @throws HypervisorException when it is one and cannot run here
   */
  boolean admit(String name, Path file, String sha256) throws HypervisorException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(GuestModules.MAGIC_BYTES);
      if (!GuestModules.isModule(head)) {
        return false;
      }
      byte[] wasm = new byte[Math.toIntExact(Files.size(file))];
      System.arraycopy(head, 0, wasm, 0, head.length);
      int read = in.readNBytes(wasm, head.length, wasm.length - head.length);
      GuestImage image = GuestImage.check(entryOf(name, sha256, head.length + read), wasm);
      image.requireProgram();
      add(name, image);
      return true;
    } catch (IOException e) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE, "cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private synchronized void add(String name, GuestImage image) {
    Map<String, GuestImage> more = new LinkedHashMap<>(images);
    more.put(name, image);
    images = more;
  }

  /** The same bytes as an image of this host have the same arguments. */
  private ImageManifest.Entry entryOf(String name, String sha256, long size) {
    return images.values().stream()
        .map(GuestImage::entry)
        .filter(entry -> entry.sha256().equals(sha256))
        .findFirst()
        .map(entry -> entry.named(name))
        .orElseGet(() -> ImageManifest.Entry.withoutManifest(name, size, sha256));
  }

  GuestImage require(String name) throws HypervisorException {
    return Optional.ofNullable(images.get(name))
        .orElseThrow(() ->
            new HypervisorException(
                Kind.IMAGE_UNUSABLE,
                "there is no embedded image " + name + "; there are " + images.keySet()));
  }

  private static Map<String, GuestImage> read(
      Map<String, GuestImage> images, Source source, String where) throws HypervisorException {
    ImageManifest manifest;
    try (InputStream in = source.open(ImageManifest.FILE_NAME)) {
      manifest = ImageManifest.read(in);
    } catch (IOException e) {
      throw new HypervisorException(
          Kind.IMAGE_UNUSABLE,
          "cannot read %s of %s: %s".formatted(ImageManifest.FILE_NAME, where, e.getMessage()),
          e);
    }
    for (ImageManifest.Entry entry : manifest.images()) {
      images.put(entry.name(), load(source, entry));
    }
    return images;
  }

  private static GuestImage load(Source source, ImageManifest.Entry entry) {
    try (InputStream in = source.open(entry.file())) {
      return GuestImage.check(entry, in.readAllBytes());
    } catch (IOException e) {
      return GuestImage.unusable(entry, "cannot read " + entry.file() + ": " + e.getMessage());
    }
  }

  private static InputStream openBundled(String file) throws IOException {
    InputStream in = ImageCatalog.class.getResourceAsStream(BUNDLED + file);
    if (in == null) {
      throw new FileNotFoundException(BUNDLED + file);
    }
    return in;
  }

  /** Opens a file beside the manifest. */
  @FunctionalInterface
  private interface Source {
    InputStream open(String file) throws IOException;
  }
}
