package io.drover.actor.api;

import java.util.List;

/**
 * The request classifier: what becomes of each kind of request in each stage of a migration. The Vm
 * entity decides by it, and the API publishes it. Only requests that exist have a row.
 */
public final class RequestClasses {
  /** Rises when a row changes. */
  public static final int VERSION = 1;

  /**
   * One row.
   *
   * @param copying before the lock: queued, preparing, pre-copy
   * @param locked until the switchover
   * @param switchedOver until the migration is over
   */
  public record Row(
      Operation operation, RequestClass copying, RequestClass locked, RequestClass switchedOver) {}

  /** A kind of request. */
  public enum Operation {
    READ,
    STOP,
    REBOOT,
    DELETE,
    MIGRATE
  }

  /** A stage of a migration, as far as requests are concerned. */
  public enum Stage {
    COPYING,
    LOCKED,
    SWITCHED_OVER
  }

  public static final List<Row> TABLE =
      List.of(
          new Row(Operation.READ, RequestClass.ALLOW, RequestClass.ALLOW, RequestClass.ALLOW),
          change(Operation.STOP),
          change(Operation.REBOOT),
          change(Operation.DELETE),
          new Row(
              Operation.MIGRATE, RequestClass.REJECT, RequestClass.REJECT, RequestClass.REJECT));

  private RequestClasses() {}

  private static Row change(Operation operation) {
    return new Row(
        operation, RequestClass.CANCEL_MIGRATION, RequestClass.QUEUE, RequestClass.QUEUE);
  }

  public static RequestClass of(Operation operation, Stage stage) {
    Row row = TABLE.stream().filter(r -> r.operation() == operation).findFirst().orElseThrow();
    return switch (stage) {
      case COPYING -> row.copying();
      case LOCKED -> row.locked();
      case SWITCHED_OVER -> row.switchedOver();
    };
  }
}
