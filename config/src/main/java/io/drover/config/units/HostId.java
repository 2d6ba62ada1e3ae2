package io.drover.config.units;

/** A machine that carries guests; its tail is the name its operator gave it. */
public record HostId(CellId cell, String tail) implements EntityId {
  public HostId {
    if (!tail.matches(NAME)) {
      throw new MalformedIdException("host", tail, NAME);
    }
  }

  /** Parses {@link #text()}. */
  public static HostId parse(String text) {
    return EntityId.parse("host", NAME, text, HostId::new);
  }

  @Override
  public String text() {
    return "host-" + cell + "-" + tail;
  }

  @Override
  public String toString() {
    return text();
  }
}
