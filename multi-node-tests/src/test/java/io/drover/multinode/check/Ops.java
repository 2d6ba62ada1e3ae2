package io.drover.multinode.check;

import io.drover.multinode.history.Operation;
import io.drover.multinode.history.Operation.Kind;
import io.drover.multinode.history.Operation.Outcome;
import io.drover.multinode.history.Operation.Sight;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Writes a client history by hand. Times in ms. */
final class Ops {
  static final String VM = "vm-1";

  private final List<Operation> operations = new ArrayList<>();

  Ops ok(long fromMs, long toMs, Kind kind) {
    return ok(fromMs, toMs, kind, "");
  }

  Ops ok(long fromMs, long toMs, Kind kind, String followUp) {
    return add(fromMs, toMs, kind, new Outcome.Acknowledged(followUp));
  }

  Ops refused(long fromMs, long toMs, Kind kind) {
    return add(fromMs, toMs, kind, new Outcome.Refused("conflict"));
  }

  Ops unknown(long fromMs, Kind kind) {
    operations.add(
        new Operation(
            operations.size(),
            kind,
            VM,
            fromMs * Log.MS,
            OptionalLong.empty(),
            new Outcome.Indeterminate("timeout")));
    return this;
  }

  Ops read(long fromMs, long toMs, String desired, String host, long epoch, long version) {
    return add(fromMs, toMs, Kind.READ, new Outcome.Seen(sight(desired, host, epoch, version)));
  }

  Ops missing(long fromMs, long toMs) {
    return add(fromMs, toMs, Kind.READ, new Outcome.NotThere());
  }

  static Sight sight(String desired, String host, long epoch, long version) {
    return new Sight("vm-x-00-1", desired, desired, host, epoch, version);
  }

  List<Operation> all() {
    return List.copyOf(operations);
  }

  private Ops add(long fromMs, long toMs, Kind kind, Outcome outcome) {
    operations.add(
        new Operation(
            operations.size(), kind, VM, fromMs * Log.MS, OptionalLong.of(toMs * Log.MS), outcome));
    return this;
  }
}
