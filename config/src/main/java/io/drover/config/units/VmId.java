package io.drover.config.units;

/** A virtual machine; it keeps its home cell for life. */
public record VmId(CellId cell, String tail) implements EntityId {
  public VmId {
    if (!tail.matches(ULID)) {
      throw new MalformedIdException("vm", tail, ULID);
    }
  }

  /** Parses {@link #text()}. */
  public static VmId parse(String text) {
    return EntityId.parse("vm", ULID, text, VmId::new);
  }

  @Override
  public String text() {
    return "vm-" + cell + "-" + tail;
  }

  @Override
  public String toString() {
    return text();
  }
}
