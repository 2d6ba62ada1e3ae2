package io.drover.agent;

/** An agent that cannot start for a reason outside it: says which port, guest or directory. */
public final class AgentStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AgentStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
