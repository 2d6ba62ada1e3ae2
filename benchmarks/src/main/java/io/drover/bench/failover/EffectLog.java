package io.drover.bench.failover;

import io.drover.multinode.witness.EffectWitness;
import io.drover.multinode.witness.Testimony;
import io.drover.multinode.witness.Testimony.Effect;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** What guests did, read from the witness's file as it grows. For one thread. */
final class EffectLog {
  private static final Duration POLL = Duration.ofMillis(20);

  /** Each beats many times a second, on a machine that has other things to do. */
  private static final Duration ALIVE_WITHIN = Duration.ofSeconds(3);

  private static final double NS_PER_SECOND = 1e9;

  private final Path file;
  private final Map<String, List<Effect>> effects = new HashMap<>();
  private long offset;

  EffectLog(EffectWitness witness) {
    this.file = witness.file();
  }

  /**
   * What became of some guests in a span of time.
   *
   * @param lostBeats numbers that a guest never counted, in one boot
   * @param stopped guests that booted again, or had no effect any more
   * @param longestSilenceSeconds of any guest
   */
  record Continuity(long lostBeats, int stopped, double longestSilenceSeconds) {}

  /** Of these VMs since that moment, until now. */
  Continuity since(long sinceNs, Collection<String> vms) {
    read();
    long now = System.nanoTime();
    long lost = 0;
    int stopped = 0;
    long silence = 0;
    for (String vm : vms) {
      List<Effect> seen = of(vm).stream().filter(e -> e.atNs() - sinceNs > 0).toList();
      long before = sinceNs;
      for (Effect effect : seen) {
        silence = Math.max(silence, effect.atNs() - before);
        before = effect.atNs();
      }
      silence = Math.max(silence, now - before);
      boolean isOneBoot = seen.stream().map(Effect::boot).distinct().count() == 1;
      boolean isAlive = now - before <= ALIVE_WITHIN.toNanos();
      stopped += isOneBoot && isAlive ? 0 : 1;
      lost +=
          isOneBoot && !seen.isEmpty()
              ? seen.getLast().n() - seen.getFirst().n() + 1 - seen.size()
              : 0;
    }
    return new Continuity(lost, stopped, silence / NS_PER_SECOND);
  }

  /** The first effect of a VM that is meant; waits for it. */
  Effect await(String vm, Duration limit, Predicate<Effect> isMeant) {
    return Awaitility.await("an effect of " + vm)
        .atMost(limit)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .until(() -> find(vm, isMeant), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<Effect> find(String vm, Predicate<Effect> isMeant) {
    read();
    return of(vm).stream().filter(isMeant).findFirst();
  }

  /** What was seen of these so far is not needed any more. */
  void forget(Collection<String> vms) {
    read();
    vms.forEach(effects::remove);
  }

  private List<Effect> of(String vm) {
    return effects.getOrDefault(vm, List.of());
  }

  /** Whole lines only: the last one may be about to be written. */
  private void read() {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] grown = new byte[Math.toIntExact(log.length() - offset)];
      log.seek(offset);
      log.readFully(grown);
      String text = new String(grown, StandardCharsets.US_ASCII);
      int end = text.lastIndexOf('\n') + 1;
      offset += end;
      text.substring(0, end).lines().forEach(this::add);
    } catch (IOException e) {
      throw new UncheckedIOException("the witness " + file + " cannot be read", e);
    }
  }

  private void add(String line) {
    Testimony.parse(line)
        .ifPresent(testimony -> {
          if (testimony instanceof Effect effect) {
            effects.computeIfAbsent(effect.vm(), _ -> new ArrayList<>()).add(effect);
          }
        });
  }
}
