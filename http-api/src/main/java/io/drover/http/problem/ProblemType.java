package io.drover.http.problem;

import io.drover.actor.api.Refusal;

/** Every kind of problem the API answers with; urn, title and status are part of the contract. */
public enum ProblemType {
  INVALID_REQUEST("invalid-request", "The request cannot be understood", 400),
  NOT_FOUND("not-found", "There is no such thing", 404),
  NO_SUCH_ROUTE("no-such-route", "There is no such route", 404),
  METHOD_NOT_ALLOWED("method-not-allowed", "The route does not have this method", 405),
  CONFLICT("conflict", "The present state does not allow it", 409),
  MIGRATION_IN_PROGRESS("migration-in-progress", "The VM is already being migrated", 409),
  NO_CAPACITY("no-capacity", "No host can take it", 409),
  NO_HEADROOM("no-headroom", "No control plane has room to take over", 409),
  VERSION_MISMATCH("version-mismatch", "It has changed since it was read", 412),
  BODY_TOO_LARGE("body-too-large", "The body is too large", 413),
  UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", "The body must be JSON", 415),
  UNUSABLE_IMAGE("unusable-image", "It is not an image that can be kept", 422),
  IDEMPOTENCY_MISMATCH("idempotency-mismatch", "The key was used with another request", 422),
  INVALID_HIERARCHY("invalid-hierarchy", "Areas cannot back each other up like that", 422),
  INTERNAL_ERROR("internal-error", "Drover failed to answer", 500),
  UNAVAILABLE("unavailable", "Not possible now", 503),
  UNKNOWN_OUTCOME("unknown-outcome", "Nobody knows whether it was done", 503);

  private final String urn;
  private final String title;
  private final int status;

  ProblemType(String name, String title, int status) {
    this.urn = "urn:drover:problem:" + name;
    this.title = title;
    this.status = status;
  }

  public String urn() {
    return urn;
  }

  public String title() {
    return title;
  }

  /** The HTTP status it comes with. */
  public int status() {
    return status;
  }

  /** The type of a refusal, one for each kind. */
  public static ProblemType of(Refusal.Kind kind) {
    return switch (kind) {
      case INVALID -> INVALID_REQUEST;
      case NOT_FOUND -> NOT_FOUND;
      case CONFLICT -> CONFLICT;
      case MIGRATION_IN_PROGRESS -> MIGRATION_IN_PROGRESS;
      case NO_CAPACITY -> NO_CAPACITY;
      case VERSION_MISMATCH -> VERSION_MISMATCH;
      case IDEMPOTENCY_MISMATCH -> IDEMPOTENCY_MISMATCH;
      case UNUSABLE_IMAGE -> UNUSABLE_IMAGE;
      case TOO_LARGE -> BODY_TOO_LARGE;
      case INVALID_HIERARCHY -> INVALID_HIERARCHY;
      case NO_HEADROOM -> NO_HEADROOM;
      case UNAVAILABLE -> UNAVAILABLE;
      case UNKNOWN_OUTCOME -> UNKNOWN_OUTCOME;
    };
  }
}
