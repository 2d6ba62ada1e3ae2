package io.drover.config.units;

/** A machine that carries guests; its tail is the name its operator gave it. */
public record HostId(CellId cell, String tail) implements EntityId {
  private static final IdForm FORM = new IdForm("host", "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?");

  public HostId {
    FORM.requireTail(tail);
  }

  /** Parses {@link #text()}. */
  public static HostId parse(String text) {
    return FORM.parse(text, HostId::new);
  }

  /** Whether an operator may call a host so. */
  public static boolean isName(String text) {
    return FORM.isTail(text);
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
