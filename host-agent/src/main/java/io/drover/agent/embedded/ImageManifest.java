package io.drover.agent.embedded;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drover.agent.guest.ImageArguments;
import io.drover.agent.guest.ImageArguments.Others;
import io.drover.config.units.ArgumentText;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * {@code images.json} beside the images it lists.
 *
 * @param images one entry per image
 */
record ImageManifest(List<Entry> images) {
  static final String FILE_NAME = "images.json";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  ImageManifest {
    images = List.copyOf(images);
  }

  static ImageManifest read(InputStream in) throws IOException {
    return JSON.readValue(in, ImageManifest.class);
  }

  /**
   * One image.
   *
   * @param name as in a VM's spec
   * @param file beside the manifest
   * @param sizeBytes of the file; another size means it is not that image
   * @param sha256 of the file, hex
   * @param minMemoryBytes below which the image does not start
   * @param arguments what a VM may set, by name
   */
  record Entry(
      String name,
      String file,
      String description,
      long sizeBytes,
      String sha256,
      long minMemoryBytes,
      Map<String, Argument> arguments) {
    Entry {
      arguments = Map.copyOf(arguments);
    }

    /** An image that came alone: a VM may set any argument, to a whole number. */
    static Entry withoutManifest(String name, long sizeBytes, String sha256) {
      return new Entry(name, "", "", sizeBytes, sha256, 0, Map.of());
    }

    Entry named(String other) {
      return new Entry(other, file, description, sizeBytes, sha256, minMemoryBytes, arguments);
    }

    boolean hasManifest() {
      return !file.isEmpty();
    }

    ImageArguments imageArguments() {
      return hasManifest()
          ? new ImageArguments(
              new TreeMap<>(arguments)
                  .entrySet().stream().map(e -> e.getValue().named(e.getKey())).toList(),
              Others.NONE)
          : ImageArguments.any(Others.WHOLE_NUMBERS);
    }
  }

  /**
   * One argument: a whole number, or one of named values, which the image sees by their position.
   *
   * @param values empty for a number
   * @param defaultValue as a VM would write it
   * @param min smallest number, ignored for named values
   * @param max largest number, ignored for named values
   */
  record Argument(
      String description, List<String> values, String defaultValue, long min, long max) {
    Argument {
      values = List.copyOf(values);
    }

    ImageArguments.Argument named(String name) {
      return new ImageArguments.Argument(name, description, values, defaultValue, min, max);
    }

    /**
     * What the image sees for {@code text}.
     *
     * @throws IllegalArgumentException saying what is allowed
     */
    long parse(String text) {
      if (!values.isEmpty()) {
        int position = values.indexOf(text);
        if (position < 0) {
          throw new IllegalArgumentException("must be one of " + values + ": " + text);
        }
        return position;
      }
      OptionalLong number = ArgumentText.wholeNumber(text);
      if (number.isPresent() && number.getAsLong() >= min && number.getAsLong() <= max) {
        return number.getAsLong();
      }
      throw new IllegalArgumentException(
          "must be a whole number from " + min + " to " + max + ": " + text);
    }
  }
}
