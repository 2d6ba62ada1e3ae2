package io.drover.multinode.harness;

import io.drover.multinode.network.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** One JVM of the fleet. */
public final class JavaProcess extends FleetProcess {
  private static final List<String> JVM_FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:MaxNewSize=64m", // all of it is touched soon, and it grows with the machine
          "-XX:MetaspaceSize=96m", // fewer than it loads at start means three full collections
          // there
          "-XX:TieredStopAtLevel=1", // a fleet on one small machine: starting fast beats peak speed
          "-Xshare:auto",
          "--sun-misc-unsafe-memory-access=allow",
          "--enable-native-access=ALL-UNNAMED",
          "--add-opens",
          "java.base/jdk.internal.misc=ALL-UNNAMED");

  private JavaProcess(String name, Place place, Supplier<List<String>> command, Path log) {
    super(name, place, command, log);
  }

  /**
   * Describes a process; {@link #start} makes it.
   *
   * @param properties asked for at each start
   * @param fullSpeed lets the JIT compile fully, for processes whose speed is measured
   */
  static JavaProcess of(
      Place place,
      String mainClass,
      String heap,
      Supplier<Map<String, String>> properties,
      Path log,
      boolean fullSpeed) {
    return new JavaProcess(
        place.name(), place, () -> command(mainClass, heap, properties.get(), fullSpeed), log);
  }

  private static List<String> command(
      String mainClass, String heap, Map<String, String> properties, boolean fullSpeed) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    JVM_FLAGS.stream().filter(flag -> !fullSpeed || !flag.contains("Tiered")).forEach(command::add);
    command.add("-Xmx" + heap);
    new TreeMap<>(properties).forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    return command;
  }
}
