package io.drover.node.fencing;

import io.drover.actor.host.PowerSwitch;
import io.drover.config.settings.FencingSettings;
import io.drover.config.settings.FencingSettings.Device;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ladder of devices that may switch a host off, each a command of the fence-agents convention:
 * {@code action=off}, which must succeed, then {@code action=status}, which must say off. Each
 * device is as many ways as it is tried. Safe on any thread; waits on virtual threads.
 */
public final class FenceCommands implements PowerSwitch, AutoCloseable {
  /** Commands at a time; a rack that dies must not start one for each of its hosts at once. */
  private static final int RUN_LIMIT = 16;

  /**
   * From the order to the start, for a turn. Later the order may be of a node that stood still
   * while others took its place and the host came back: that takes longer than this.
   */
  private static final Duration START_LIMIT = Duration.ofSeconds(8);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(id|name|area|label:[^}]*)}");

  private final FencingSettings settings;
  private final LongSupplier monotonicNs;
  private final Semaphore turns = new Semaphore(RUN_LIMIT);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * The commands of a node.
   *
   * @param monotonicNs a clock that nobody sets, and that goes on while this process stands still
   */
  public FenceCommands(FencingSettings settings, LongSupplier monotonicNs) {
    this.settings = settings;
    this.monotonicNs = monotonicNs;
  }

  /** A device, and what to write to it for one host. */
  private record Rung(Device device, Map<String, String> parameters) {}

  @Override
  public int ways(HostId host, Map<String, String> labels) {
    return ladder(host, labels).size() * settings.attempts();
  }

  @Override
  public CompletionStage<Answer> switchOff(
      HostId host, Map<String, String> labels, int way, BooleanSupplier wanted) {
    Rung rung = ladder(host, labels).get(way / settings.attempts());
    long orderedNs = monotonicNs.getAsLong();
    BooleanSupplier mayStart =
        () -> monotonicNs.getAsLong() - orderedNs < START_LIMIT.toNanos() && wanted.getAsBoolean();
    return CompletableFuture.supplyAsync(() -> attempt(rung, mayStart), threads)
        .exceptionally(failure -> new Answer(false, "it could not be run: " + failure));
  }

  private Answer attempt(Rung rung, BooleanSupplier mayStart) {
    try {
      if (!turns.tryAcquire(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Answer(false, rung.device() + " was not started: others ran all the time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(false, rung.device() + " was not started: this control node stops");
    }
    try {
      if (!mayStart.getAsBoolean()) {
        return new Answer(false, rung.device() + " was not started: the host may be back");
      }
      FenceRun off = FenceRun.of(rung.device(), rung.parameters(), "off", settings.timeout());
      FenceRun status = FenceRun.of(rung.device(), rung.parameters(), "status", settings.timeout());
      // both: a shell that does not find the command exits with the code that means off
      return new Answer(off.isDone() && status.saysOff(), off + ", " + status);
    } finally {
      turns.release();
    }
  }

  /** Those that are for this host, and of which it says all that they ask. */
  private List<Rung> ladder(HostId host, Map<String, String> labels) {
    return settings.devices().stream()
        .filter(device -> matches(device.hosts(), host))
        .flatMap(device -> rung(device, host, labels).stream())
        .toList();
  }

  private static boolean matches(String pattern, HostId host) {
    String regex =
        Pattern.compile("[^*]+|\\*")
            .matcher(pattern)
            .replaceAll(m ->
                m.group().equals("*") ? ".*" : Matcher.quoteReplacement(Pattern.quote(m.group())));
    return (host.area() + "/" + host.tail()).matches(regex);
  }

  private static Optional<Rung> rung(Device device, HostId host, Map<String, String> labels) {
    Map<String, String> parameters = new TreeMap<>();
    for (Map.Entry<String, String> parameter : device.parameters().entrySet()) {
      Optional<String> value = filled(parameter.getValue(), host, labels);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      parameters.put(parameter.getKey(), value.get());
    }
    return Optional.of(new Rung(device, parameters));
  }

  /** Empty when a label is missing, or would write more than its own line. */
  private static Optional<String> filled(String text, HostId host, Map<String, String> labels) {
    StringBuilder filled = new StringBuilder();
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      Optional<String> value =
          switch (matcher.group(1)) {
            case "id" -> Optional.of(host.text());
            case "name" -> Optional.of(host.tail());
            case "area" -> Optional.of(host.area().name());
            default ->
                Optional.ofNullable(labels.get(matcher.group(1).substring("label:".length())));
          };
      if (value.isEmpty() || value.get().chars().anyMatch(Character::isISOControl)) {
        return Optional.empty();
      }
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value.get()));
    }
    matcher.appendTail(filled);
    return Optional.of(filled.toString());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
