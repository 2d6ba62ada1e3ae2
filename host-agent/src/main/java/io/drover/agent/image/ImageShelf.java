package io.drover.agent.image;

import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that this host got from the control plane: files named by their digest, which appear
 * only when all of their bytes are on disk and checked. Safe on any thread; blocks.
 */
public final class ImageShelf {
  private static final Logger LOG = LoggerFactory.getLogger(ImageShelf.class);
  private static final String NAME_PREFIX = "sha256:";
  private static final String DIGEST = "[0-9a-f]{64}";

  private final Path directory;
  private final List<Hypervisor> hypervisors;
  private final ImageFetch fetch;
  private final Map<String, CompletableFuture<Path>> arriving = new ConcurrentHashMap<>();

  private ImageShelf(Path directory, List<Hypervisor> hypervisors, ImageFetch fetch) {
    this.directory = directory;
    this.hypervisors = List.copyOf(hypervisors);
    this.fetch = fetch;
  }

  /**
   * Opens the shelf, and has the hypervisors take in what an earlier agent fetched.
   *
   * @throws UncheckedIOException when the directory cannot be used
   */
  public static ImageShelf open(Path directory, List<Hypervisor> hypervisors, ImageSource source) {
    ImageShelf shelf = new ImageShelf(directory, hypervisors, new ImageFetch(directory, source));
    try {
      Files.createDirectories(directory);
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          shelf.takeIn(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("images cannot be kept in " + directory, e);
    }
    return shelf;
  }

  private void takeIn(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!name.matches(DIGEST)) {
      Files.delete(file); // of a fetch that an earlier agent did not finish
      return;
    }
    try {
      admit(name, file);
    } catch (HypervisorException e) {
      LOG.atWarn().addKeyValue("image", name).addKeyValue("reason", e.getMessage()).log("unusable");
    }
  }

  /** What an image with this digest is called in the specs of guests. */
  public static String nameOf(String sha256) {
    return NAME_PREFIX + sha256;
  }

  /** Whether this names an image by its digest. */
  public static boolean isDigestName(String image) {
    return image.startsWith(NAME_PREFIX);
  }

  /**
   * Makes sure that a hypervisor here knows this image, fetching it when it is named by its digest
   * and not there. Callers that want the same image wait for one fetch.
   *
   * @throws HypervisorException IMAGE_UNUSABLE when there is no such image, or not the one its
   *     digest says, or nothing here runs it; INSUFFICIENT_RESOURCES when the disk is full
   */
  public void require(String image) throws HypervisorException {
    if (!isDigestName(image) || isKnown(image)) {
      return;
    }
    String sha256 = image.substring(NAME_PREFIX.length());
    if (!sha256.matches(DIGEST)) {
      throw new HypervisorException(Kind.IMAGE_UNUSABLE, "not a SHA-256 digest: " + sha256);
    }
    CompletableFuture<Path> mine = new CompletableFuture<>();
    CompletableFuture<Path> first = arriving.putIfAbsent(sha256, mine);
    if (first != null) {
      join(first);
      return;
    }
    try {
      Path file = directory.resolve(sha256);
      if (!Files.exists(file)) {
        fetch.fetch(sha256, file);
      }
      admit(sha256, file);
      mine.complete(file);
    } catch (HypervisorException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      mine.completeExceptionally(
          new HypervisorException(Kind.FAILED, "the fetch of image " + sha256 + " broke off"));
      arriving.remove(sha256);
    }
  }

  private static void join(CompletableFuture<Path> other) throws HypervisorException {
    try {
      var _ = other.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof HypervisorException cause) {
        throw new HypervisorException(cause.kind(), String.valueOf(cause.getMessage()), cause);
      }
      throw e;
    }
  }

  private boolean isKnown(String image) {
    return hypervisors.stream()
        .flatMap(hypervisor -> hypervisor.images().stream())
        .anyMatch(known -> known.name().equals(image));
  }

  private void admit(String sha256, Path file) throws HypervisorException {
    for (Hypervisor hypervisor : hypervisors) {
      if (hypervisor.admit(nameOf(sha256), file, sha256)) {
        return;
      }
    }
    throw new HypervisorException(
        Kind.IMAGE_UNUSABLE, "no hypervisor of this host runs image " + sha256);
  }
}
