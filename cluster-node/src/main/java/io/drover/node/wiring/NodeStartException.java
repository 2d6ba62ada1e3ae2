package io.drover.node.wiring;

import io.drover.config.settings.BindAddress;

/** A control node that cannot start: says what is in the way, and which key to change. */
public final class NodeStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NodeStartException(String message) {
    super(message);
  }

  public NodeStartException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The port is taken, or the address is not one of this machine. */
  public static NodeStartException cannotListen(
      String section, BindAddress address, Throwable cause) {
    return new NodeStartException(
        "cannot listen on %s: %s (drover.node.%s.host, drover.node.%s.port)"
            .formatted(address, rootMessage(cause), section, section),
        cause);
  }

  /** What went wrong at the bottom, in its own words. */
  static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
