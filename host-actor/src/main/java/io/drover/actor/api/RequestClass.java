package io.drover.actor.api;

/** What becomes of a request that arrives during a migration. */
public enum RequestClass {
  ALLOW,
  /** Waits until the migration is over, and is carried out where the VM then is. */
  QUEUE,
  /** Refused, naming the migration. */
  REJECT,
  /** The migration rolls back, then the request is carried out. */
  CANCEL_MIGRATION
}
