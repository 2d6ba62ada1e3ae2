package io.drover.agent.qemu.qmp;

/** A command QEMU refused, or a connection that cannot be used. */
public final class QmpException extends Exception {
  private static final long serialVersionUID = 1L;

  public QmpException(String message) {
    super(message);
  }

  public QmpException(String message, Throwable cause) {
    super(message, cause);
  }
}
