package io.drover.bench.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;

/**
 * One measured figure.
 *
 * @param value the median, unless the name says another percentile
 * @param samples how many measurements it comes from
 * @param goal for people, {@code <= 1.1}; empty when the figure is only reported
 * @param met whether the goal is met; empty without one
 */
public record Metric(
    String name,
    double value,
    String unit,
    int samples,
    double min,
    double max,
    Optional<String> goal,
    Optional<Boolean> met) {

  /** A single measurement without a goal. */
  public static Metric of(String name, double value, String unit) {
    return ofSamples(name, unit, value);
  }

  /** The median of several measurements, with their spread. */
  public static Metric ofSamples(String name, String unit, List<Double> samples) {
    return ofSamples(name, unit, samples.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The median of several measurements, with their spread. */
  public static Metric ofSamples(String name, String unit, double... samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException(name + " has no samples");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    return new Metric(
        name,
        sorted[sorted.length / 2],
        unit,
        sorted.length,
        sorted[0],
        sorted[sorted.length - 1],
        Optional.empty(),
        Optional.empty());
  }

  /** Of several measurements the one that so many of a hundred do not exceed, with their spread. */
  public static Metric percentile(String name, String unit, int percent, List<Double> samples) {
    Metric median = ofSamples(name, unit, samples);
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
    return new Metric(
        name,
        sorted[Math.max(rank, 1) - 1],
        unit,
        median.samples,
        median.min,
        median.max,
        Optional.empty(),
        Optional.empty());
  }

  public Metric atMost(double limit) {
    return withGoal("<= " + trimmed(limit), actual -> actual <= limit);
  }

  public Metric atLeast(double limit) {
    return withGoal(">= " + trimmed(limit), actual -> actual >= limit);
  }

  /** A goal that each single measurement has to meet, not only the median. */
  public Metric eachAtMost(double limit) {
    return withGoal("<= " + trimmed(limit), _ -> max <= limit);
  }

  private Metric withGoal(String text, DoublePredicate isMet) {
    return new Metric(
        name, value, unit, samples, min, max, Optional.of(text), Optional.of(isMet.test(value)));
  }

  private static String trimmed(double number) {
    return BigDecimal.valueOf(number)
        .round(new MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }
}
