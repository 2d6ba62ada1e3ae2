package io.drover.multinode.harness;

/** What was waited for was not there within its limit. */
public final class NotReadyException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  NotReadyException(String message, Throwable cause) {
    super(message, cause);
  }
}
