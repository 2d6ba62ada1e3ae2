package io.drover.config.units;

/** One live migration; it lives in the home cell of its VM. */
public record MigrationId(CellId cell, String tail) implements EntityId {
  public MigrationId {
    if (!tail.matches(ULID)) {
      throw new MalformedIdException("mig", tail, ULID);
    }
  }

  /** Parses {@link #text()}. */
  public static MigrationId parse(String text) {
    return EntityId.parse("mig", ULID, text, MigrationId::new);
  }

  @Override
  public String text() {
    return "mig-" + cell + "-" + tail;
  }

  @Override
  public String toString() {
    return text();
  }
}
