package io.drover.config.units;

/** An id that cannot be one, whatever exists: says which kind, the text, and the form expected. */
public final class MalformedIdException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  MalformedIdException(String kind, String text, String form) {
    super(
        "not "
            + ("aeio".indexOf(kind.charAt(0)) < 0 ? "a " : "an ")
            + kind
            + " id: \""
            + text
            + "\" (expected "
            + form
            + ")");
  }
}
