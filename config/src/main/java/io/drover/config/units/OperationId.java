package io.drover.config.units;

/** One long-running request that is not a migration, in the cell of its VM. */
public record OperationId(CellId cell, String tail) implements EntityId {
  private static final IdForm FORM = new IdForm("op", IdForm.ULID);

  public OperationId {
    FORM.requireTail(tail);
  }

  /** Parses {@link #text()}. */
  public static OperationId parse(String text) {
    return FORM.parse(text, OperationId::new);
  }

  @Override
  public String text() {
    return FORM.text(cell, tail);
  }

  @Override
  public String toString() {
    return text();
  }
}
