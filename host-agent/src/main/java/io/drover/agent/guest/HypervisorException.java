package io.drover.agent.guest;

/** What a hypervisor could not do: which guest, which limit, which value. */
public final class HypervisorException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Tells the control plane what kind of failure it was. */
  public enum Kind {
    INSUFFICIENT_RESOURCES,
    IMAGE_UNUSABLE,
    INVALID_STATE,
    /** The guest may run here once the host holds its lease. */
    LEASE_NOT_HELD,
    FAILED
  }

  private final Kind kind;

  public HypervisorException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public HypervisorException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
