package io.drover.http.model;

import io.drover.actor.agent.ImageArguments;
import io.drover.actor.api.ImageView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An image, and the hosts that can run it.
 *
 * @param hypervisor kind that runs it; absent when none does yet
 * @param arguments what a VM of it may set
 * @param otherArguments what it may set besides
 * @param format of one that came through the API
 */
public record ImageJson(
    String name,
    Optional<String> hypervisor,
    long sizeBytes,
    String sha256,
    long minMemoryBytes,
    List<ArgumentJson> arguments,
    String otherArguments,
    List<String> hosts,
    boolean uploaded,
    Optional<String> format,
    Optional<Instant> uploadedAt) {
  /**
   * One argument: a whole number with bounds, or one of named values.
   *
   * @param values absent for a number
   * @param min absent for named values, as max
   */
  public record ArgumentJson(
      String name,
      String description,
      Optional<List<String>> values,
      OptionalLong min,
      OptionalLong max,
      String defaultValue) {
    static ArgumentJson from(ImageArguments.Argument argument) {
      boolean isNumber = argument.values().isEmpty();
      return new ArgumentJson(
          argument.name(),
          argument.description(),
          Optional.of(argument.values()).filter(values -> !values.isEmpty()),
          isNumber ? OptionalLong.of(argument.min()) : OptionalLong.empty(),
          isNumber ? OptionalLong.of(argument.max()) : OptionalLong.empty(),
          argument.defaultValue());
    }
  }

  public static ImageJson from(ImageView image) {
    return new ImageJson(
        image.name(),
        Optional.of(image.hypervisor()).filter(kind -> !kind.isEmpty()),
        image.size().bytes(),
        image.sha256(),
        image.minMemory().bytes(),
        image.arguments().known().stream().map(ArgumentJson::from).toList(),
        image.arguments().others().name(),
        image.hosts(),
        image.uploaded().isPresent(),
        image.uploaded().map(uploaded -> uploaded.format().name()),
        image.uploaded().map(ImageView.Uploaded::at));
  }
}
