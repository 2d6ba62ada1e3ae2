package io.drover.multinode.check;

import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Died;
import io.drover.multinode.witness.Testimony.Effect;
import io.drover.multinode.witness.Testimony.Gone;
import io.drover.multinode.witness.Testimony.Runner;
import java.util.ArrayList;
import java.util.List;

/** Writes a witness's log by hand. Times in ms. */
final class Log {
  static final long MS = 1_000_000;

  private final List<Testimony> lines = new ArrayList<>();

  Log effect(long atMs, String host, String vm, long epoch, long boot, long n) {
    lines.add(new Effect(atMs * MS, runner(host), vm, epoch, boot, n));
    return this;
  }

  /** One every 20 ms, numbered on. */
  Log effects(long fromMs, long toMs, String host, String vm, long epoch, long boot, long firstN) {
    for (long at = fromMs; at <= toMs; at += 20) {
      effect(at, host, vm, epoch, boot, firstN + (at - fromMs) / 20);
    }
    return this;
  }

  Log gone(long atMs, String host, String vm) {
    lines.add(new Gone(atMs * MS, runner(host), vm));
    return this;
  }

  Log died(long atMs, String host) {
    lines.add(new Died(atMs * MS, runner(host)));
    return this;
  }

  List<Testimony> lines() {
    return List.copyOf(lines);
  }

  private static Runner runner(String host) {
    return new Runner(host, host.hashCode());
  }
}
