package io.drover.multinode.chaos;

import io.drover.multinode.check.FaultSpan;
import io.drover.multinode.harness.Fleet;
import io.drover.multinode.harness.NotReadyException;
import io.drover.multinode.nemesis.FaultSchedule;
import io.drover.multinode.nemesis.Nemesis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Injects and heals the faults of a schedule, one after the other, and notes when. */
final class FaultInjection {
  private static final double NS_PER_S = 1e9;

  private final Fleet fleet;
  private final Duration repairLimit;
  private final Consumer<String> out;
  private final long beganNs = System.nanoTime();

  FaultInjection(Fleet fleet, Duration repairLimit, Consumer<String> out) {
    this.fleet = fleet;
    this.repairLimit = repairLimit;
    this.out = out;
  }

  /** Those that began within the time; all are healed when this returns. */
  List<FaultSpan> run(FaultSchedule schedule, Duration time) {
    List<FaultSpan> spans = new ArrayList<>();
    long untilNs = beganNs + time.toNanos();
    for (FaultSchedule.Entry entry : schedule.entries()) {
      pass(entry.calm());
      if (System.nanoTime() >= untilNs) {
        break;
      }
      spans.add(inject(entry));
    }
    fleet.heal();
    return ended(spans);
  }

  private FaultSpan inject(FaultSchedule.Entry entry) {
    Nemesis nemesis = entry.nemesis();
    say("%-20s %s".formatted(nemesis.kind(), nemesis.target()));
    long injectedNs = System.nanoTime();
    try {
      nemesis.inject(fleet);
      pass(entry.length());
    } catch (NotReadyException late) { // the checker of repairs sees how late
      out.accept(String.valueOf(late.getMessage()));
    } finally {
      nemesis.heal(fleet);
    }
    long healedNs = System.nanoTime();
    boolean isReady = isReadyAgain();
    long readyNs = System.nanoTime();
    String end = isReady ? "ready" : "NOT READY";
    say("%-20s %s after %.1f s".formatted("", end, (readyNs - healedNs) / NS_PER_S));
    return new FaultSpan(
        nemesis.kind(),
        nemesis.target(),
        nemesis.mayRestartOn(),
        nemesis.guestsWithin(),
        injectedNs,
        healedNs,
        readyNs,
        Long.MAX_VALUE);
  }

  /** What takes longer than the limit is found by the checker of repairs. */
  private boolean isReadyAgain() {
    try {
      fleet.awaitReady(repairLimit.plusSeconds(1));
      return true;
    } catch (NotReadyException late) {
      out.accept(String.valueOf(late.getMessage()));
      return false;
    }
  }

  /** Each lasts until the next one begins. */
  private static List<FaultSpan> ended(List<FaultSpan> spans) {
    List<FaultSpan> ended = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      FaultSpan span = spans.get(i);
      long endNs = i + 1 < spans.size() ? spans.get(i + 1).injectedNs() : Long.MAX_VALUE;
      ended.add(
          new FaultSpan(
              span.kind(),
              span.target(),
              span.mayRestartOn(),
              span.guestsWithin(),
              span.injectedNs(),
              span.healedNs(),
              span.readyNs(),
              endNs));
    }
    return ended;
  }

  private static void pass(Duration time) {
    long untilNs = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = untilNs - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void say(String text) {
    double seconds = (System.nanoTime() - beganNs) / NS_PER_S;
    out.accept(String.format(Locale.ROOT, "%6.1f s  %s", seconds, text));
  }
}
