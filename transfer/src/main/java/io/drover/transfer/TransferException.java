package io.drover.transfer;

/** A transfer that cannot go on: says which one, what was expected and what came. */
public final class TransferException extends Exception {
  private static final long serialVersionUID = 1L;

  public TransferException(String message) {
    super(message);
  }

  public TransferException(String message, Throwable cause) {
    super(message, cause);
  }
}
