package io.drover.multinode.witness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/** The image whose guests have effects, for {@code drover.agent.images-dir}. */
public final class WitnessImage {
  public static final String NAME = "witness";

  private static final String FOLDER = "embedded";

  private WitnessImage() {}

  /** Puts it below {@code images}; returns that. */
  public static Path unpack(Path images) {
    try {
      Path folder = Files.createDirectories(images.resolve(FOLDER));
      for (String file : List.of("images.json", "witness.wasm")) {
        String resource = "/images/" + FOLDER + "/" + file;
        try (InputStream in = WitnessImage.class.getResourceAsStream(resource)) {
          Files.copy(
              Objects.requireNonNull(in, resource),
              folder.resolve(file),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
      return images;
    } catch (IOException e) {
      throw new UncheckedIOException("the image cannot be written below " + images, e);
    }
  }
}
