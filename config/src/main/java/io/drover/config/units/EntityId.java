package io.drover.config.units;

/**
 * The id of something that lives in a cell: {@code <kind>-<area>-<cell>-<tail>}. It carries its
 * cell, so any node routes to it without a look-up.
 */
public sealed interface EntityId permits HostId, VmId, MigrationId, OperationId {
  CellId cell();

  String tail();

  /** The id as written everywhere: {@code vm-north-03-01k…}. */
  String text();

  default AreaId area() {
    return cell().area();
  }
}
