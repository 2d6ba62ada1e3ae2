package io.drover.config.units;

/** A virtual machine; it keeps its home cell for life. */
public record VmId(CellId cell, String tail) implements EntityId {
  /** How every one begins. */
  public static final String PREFIX = "vm-";

  private static final IdForm FORM = new IdForm("vm", IdForm.ULID);

  public VmId {
    FORM.requireTail(tail);
  }

  /** Parses {@link #text()}. */
  public static VmId parse(String text) {
    return FORM.parse(text, VmId::new);
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
