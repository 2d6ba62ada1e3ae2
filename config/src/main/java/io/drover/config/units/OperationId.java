package io.drover.config.units;

/** One long-running request that is not a migration, in the cell of its VM. */
public record OperationId(CellId cell, String tail) implements EntityId {
  public OperationId {
    if (!tail.matches(ULID)) {
      throw new MalformedIdException("op", tail, ULID);
    }
  }

  /** Parses {@link #text()}. */
  public static OperationId parse(String text) {
    return EntityId.parse("op", ULID, text, OperationId::new);
  }

  @Override
  public String text() {
    return "op-" + cell + "-" + tail;
  }

  @Override
  public String toString() {
    return text();
  }
}
