package io.drover.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a measuring command found: printed for people, and with {@code --json FILE} written as data.
 * {@code ok} is false when something that must hold did not; a missed goal is not a failure.
 */
public final class Report {
  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final String command;
  private final List<Metric> metrics = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final ObjectNode details = json.createObjectNode();

  public Report(String command) {
    this.command = command;
  }

  public void add(Metric metric) {
    metrics.add(metric);
  }

  /** Records something that must hold. */
  public void require(boolean holds, String what) {
    if (!holds) {
      violations.add(what);
    }
  }

  public boolean isOk() {
    return violations.isEmpty();
  }

  /** Free-form facts beside the metrics. */
  public ObjectNode details() {
    return details;
  }

  public void print(PrintStream out) {
    for (Metric metric : metrics) {
      out.printf(
          Locale.ROOT,
          "  %-40s %12s %-8s%s%s%n",
          metric.name(),
          number(metric.value()),
          metric.unit(),
          metric.samples() > 1
              ? " (n=%d, %s … %s)"
                  .formatted(metric.samples(), number(metric.min()), number(metric.max()))
              : "",
          metric
              .goal()
              .map(goal -> "  goal " + goal + (isMet(metric) ? ": met" : ": missed"))
              .orElse(""));
    }
    violations.forEach(violation -> out.println("  VIOLATED: " + violation));
  }

  private static boolean isMet(Metric metric) {
    return metric.met().orElse(false);
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e12) {
      return Long.toString((long) value);
    }
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.3f" : "%.1f", value);
  }

  /** Writes the format every measuring command shares. */
  public void write(Path file) throws IOException {
    ObjectNode root = json.createObjectNode().put("command", command).put("commit", commit());
    environment(root.putObject("environment"));
    root.put("ok", isOk());
    for (Metric metric : metrics) {
      ObjectNode node = root.withArray("metrics").addObject();
      node.put("name", metric.name()).put("value", metric.value()).put("unit", metric.unit());
      node.put("n", metric.samples()).put("min", metric.min()).put("max", metric.max());
      metric.goal().ifPresent(goal -> node.put("goal", goal));
      metric.met().ifPresent(met -> node.put("met", met));
    }
    violations.forEach(violation -> details.withArray("violations").add(violation));
    root.set("details", details);
    Files.writeString(file, json.writeValueAsString(root) + "\n");
  }

  private static void environment(ObjectNode node) throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    node.put("cores", system.getAvailableProcessors());
    node.put("memoryGiB", Math.round(system.getTotalMemorySize() / (double) (1L << 30)));
    node.put("java", Runtime.version().toString());
    node.put("kernel", System.getProperty("os.version"));
    node.put("load1", system.getSystemLoadAverage());
  }

  /** The commit this was built from; {@code unknown} outside a checkout. */
  private static String commit() throws IOException {
    try {
      Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").start();
      String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? out : "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
