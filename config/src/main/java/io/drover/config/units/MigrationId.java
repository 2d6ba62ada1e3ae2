package io.drover.config.units;

/** One live migration; it lives in the home cell of its VM. */
public record MigrationId(CellId cell, String tail) implements EntityId {
  /** How every one begins. */
  public static final String PREFIX = "mig-";

  private static final IdForm FORM = new IdForm("mig", IdForm.ULID);

  public MigrationId {
    FORM.requireTail(tail);
  }

  /** Parses {@link #text()}. */
  public static MigrationId parse(String text) {
    return FORM.parse(text, MigrationId::new);
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
