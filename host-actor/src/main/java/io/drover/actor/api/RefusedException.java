package io.drover.actor.api;

/** A {@link Refusal} on its way through a {@code CompletionStage}. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  public RefusedException(Refusal refusal) {
    super(refusal.detail(), null, false, false); // a refusal is an answer: no stack trace
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }
}
