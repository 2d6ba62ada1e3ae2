package io.drover.node.gateway;

/** An agent said something that the protocol does not allow: names the field and the value. */
final class MalformedMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedMessageException(String message) {
    super(message, null, false, false); // about the peer's message, not about our code
  }
}
