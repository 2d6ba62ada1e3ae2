package io.drover.config.units;

/**
 * A fencing token that only ever rises: the run epoch of a VM, the control epoch of a host. Whoever
 * holds a lower one than the highest seen has lost the right it stands for.
 *
 * @param value 0 = never granted
 */
public record Epoch(long value) implements Comparable<Epoch> {
  public static final Epoch NONE = new Epoch(0);

  public Epoch {
    if (value < 0) {
      throw new IllegalArgumentException("epoch must not be negative: " + value);
    }
  }

  public Epoch next() {
    return new Epoch(Math.addExact(value, 1));
  }

  public boolean isBefore(Epoch other) {
    return value < other.value;
  }

  @Override
  public int compareTo(Epoch other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
