package io.drover.agent.qemu.image;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code image.json} beside a kernel and its initrd.
 *
 * @param format of this file
 * @param arguments kernel command line, before what a VM adds
 * @param kernel file name in the same directory
 * @param initrd file name in the same directory
 */
@JsonPropertyOrder({"format", "name", "minMemoryMib", "arguments", "kernel", "initrd"})
public record ImageManifest(
    int format, String name, long minMemoryMib, String arguments, Content kernel, Content initrd) {
  public static final int FORMAT = 1;
  public static final String FILE_NAME = "image.json";

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** One file of the image, as it must be. */
  @JsonPropertyOrder({"file", "bytes", "sha256"})
  public record Content(String file, long bytes, String sha256) {}

  /**
   * Reads the manifest of the image in a directory.
   *
   * @throws IOException also when a member is missing, unknown or malformed
   */
  public static ImageManifest read(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    ImageManifest manifest = MAPPER.readValue(file.toFile(), ImageManifest.class);
    if (manifest.format != FORMAT) {
      throw new IOException(
          "%s has format %d, this agent reads %d".formatted(file, manifest.format, FORMAT));
    }
    return manifest;
  }

  public void write(Path directory) throws IOException {
    Files.writeString(
        directory.resolve(FILE_NAME), MAPPER.writeValueAsString(this) + System.lineSeparator());
  }
}
