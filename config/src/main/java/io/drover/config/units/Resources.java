package io.drover.config.units;

/**
 * What a VM asks of a host, or a host has to give.
 *
 * @param cpuMillis thousandths of a core
 */
public record Resources(int cpuMillis, ByteSize memory) {
  public static final Resources NONE = new Resources(0, ByteSize.ZERO);

  public Resources {
    if (cpuMillis < 0) {
      throw new IllegalArgumentException("cpuMillis must not be negative: " + cpuMillis);
    }
  }

  public Resources plus(Resources other) {
    return new Resources(Math.addExact(cpuMillis, other.cpuMillis), memory.plus(other.memory));
  }

  public Resources minus(Resources other) {
    return new Resources(Math.max(0, cpuMillis - other.cpuMillis), memory.minus(other.memory));
  }

  public boolean fitsIn(Resources free) {
    return cpuMillis <= free.cpuMillis && memory.compareTo(free.memory) <= 0;
  }

  @Override
  public String toString() {
    return cpuMillis + " mCPU, " + memory;
  }
}
