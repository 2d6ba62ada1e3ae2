package io.drover.agent.guard;

import static io.drover.agent.fake.Samples.OTHER_VM;
import static io.drover.agent.fake.Samples.VM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.Epoch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real guards that freeze and kill real processes. */
class GuardTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long FAR_NS = Duration.ofMinutes(10).toNanos();

  @TempDir private Path directory;
  private final AtomicInteger ends = new AtomicInteger();
  private final List<Process> started = new ArrayList<>();
  private GuardProcess guard;

  @BeforeEach
  void open() throws IOException {
    guard = GuardProcess.open(directory, ends::incrementAndGet);
  }

  @AfterEach
  void endAll() throws IOException {
    guard.end();
    started.forEach(Process::destroyForcibly);
  }

  private Process sleeper() throws IOException {
    Process process = new ProcessBuilder("sleep", "1000").start();
    started.add(process);
    return process;
  }

  private static ProcessIdentity identity(Process process) {
    return ProcessIdentity.of(process.pid()).orElseThrow();
  }

  private static Deadline deadline(long epoch, long atNs) {
    return new Deadline(new Epoch(epoch), 1, 0, atNs);
  }

  /** A lease that lasts, with a guard that is there. */
  private void arm() throws IOException {
    long nowNs = BootClock.nowNs();
    guard.publish(deadline(1, nowNs + 2 * FAR_NS), nowNs + FAR_NS);
    guard.require(nowNs);
    await().atMost(LONG).until(() -> guard.isWatching(BootClock.nowNs()));
  }

  /** Time to freeze, and not yet to kill. */
  private void letStop() throws IOException {
    long nowNs = BootClock.nowNs();
    guard.publish(deadline(1, nowNs + 2 * FAR_NS), nowNs);
  }

  private void letEnd() throws IOException {
    long nowNs = BootClock.nowNs();
    guard.publish(deadline(1, nowNs), nowNs);
  }

  private static String stateOf(Process process) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  }

  private void awaitState(Process process, String state) {
    await().atMost(LONG).until(() -> stateOf(process).equals(state));
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-s", name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  private ProcessIdentity theGuard() throws IOException {
    List<ProcessIdentity> guards = ProcessIdentity.mentioning(directory + "/guard.sh");
    assertThat(guards).as("two guards never").hasSize(1);
    return guards.getFirst();
  }

  @Test
  void shouldKillWhatIsGuardedAndNothingElseWhenTheLeaseIsOver() throws Exception {
    Process guarded = sleeper();
    Process kept = sleeper();
    guard.guests().add(VM, identity(guarded), () -> {});
    arm();
    assertThat(guarded.isAlive()).isTrue();

    letEnd();

    assertThat(guarded.waitFor()).isEqualTo(128 + 9);
    assertThat(kept.isAlive()).isTrue();
    await().atMost(LONG).until(() -> ends.get() == 1); // nothing is left to guard
  }

  @Test
  void shouldGuardAGuestAllTheTimeThatItIsAddedAgain() throws Exception {
    Process guarded = sleeper();
    guard.guests().add(VM, identity(guarded), () -> {});
    Path target;
    try (Stream<Path> targets = Files.list(directory.resolve("targets"))) {
      target = targets.findFirst().orElseThrow();
    }

    CompletableFuture<Void> adding = CompletableFuture.runAsync(() -> addOften(guarded));

    while (!adding.isDone()) {
      assertThat(target).exists();
    }
    adding.join();
  }

  private void addOften(Process guarded) {
    try {
      for (int i = 0; i < 1_000; i++) {
        guard.guests().add(VM, identity(guarded), () -> {});
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldGuardTheNewestGuestOfAVmOnly() throws Exception {
    Process before = sleeper();
    Process guarded = sleeper();
    guard.guests().add(VM, identity(before), () -> {});
    guard.guests().add(VM, identity(guarded), () -> {});
    arm();

    letEnd();

    assertThat(guarded.waitFor()).isEqualTo(128 + 9);
    assertThat(before.isAlive()).isTrue();
  }

  @Test
  void shouldTouchNothingBeforeItHasReadADeadline() throws Exception {
    Process guarded = sleeper();
    guard.guests().add(VM, identity(guarded), () -> {});

    guard.require(BootClock.nowNs());
    await().atMost(LONG).until(() -> guard.isWatching(BootClock.nowNs()));
    awaitARound();

    assertThat(guarded.isAlive()).isTrue();
    assertThat(stateOf(guarded)).isNotEqualTo("T");
    letEnd();
    assertThat(guarded.waitFor()).isEqualTo(128 + 9);
  }

  @Test
  void shouldLetGuestsGoOnWhenTheLeaseIsRenewedBeforeItsEnd() throws Exception {
    Process guarded = sleeper();
    guard.guests().add(VM, identity(guarded), () -> {});
    arm();

    letStop();
    awaitState(guarded, "T");
    arm();

    awaitState(guarded, "S");
  }

  @Test
  void shouldLetGuestsGoOnThatAnEarlierGuardFroze() throws Exception {
    Process guarded = sleeper();
    guard.guests().add(VM, identity(guarded), () -> {});
    signal("STOP", guarded.pid());
    awaitState(guarded, "T");

    arm();

    awaitState(guarded, "S");
  }

  @Test
  void shouldNotTouchALaterProcessWithTheSameNumber() throws Exception {
    Process guarded = sleeper();
    Process later = sleeper();
    ProcessIdentity recycled = new ProcessIdentity(later.pid(), identity(later).startTicks() - 1);
    guard.guests().add(OTHER_VM, recycled, () -> {});
    guard.guests().add(VM, identity(guarded), () -> {});
    arm();

    letEnd();

    assertThat(guarded.waitFor()).isEqualTo(128 + 9);
    assertThat(later.isAlive()).isTrue();
  }

  @Test
  void shouldKillAGuestThatComesTooLate() throws Exception {
    Process first = sleeper();
    guard.guests().add(OTHER_VM, identity(first), () -> {});
    arm();
    letEnd();
    Process second = sleeper();
    guard.guests().add(VM, identity(second), () -> {});

    guard.require(BootClock.nowNs());

    assertThat(second.waitFor()).isEqualTo(128 + 9);
  }

  @Test
  void shouldKeepToWhatItReadBeforeWhileTheDeadlineIsTornOrMissing() throws Exception {
    Process guarded = sleeper();
    guard.guests().add(VM, identity(guarded), () -> {});
    arm();
    Path file = directory.resolve("deadline");

    List<String> broken =
        List.of("", "b 1 1 0 9 1", "b 1 1 0 9 1 1", "b 1 1 0 9 1\n", "b 1 1 0 9 -1 1\n", "1 1\n");
    for (String torn : broken) {
      Files.writeString(file, torn);
      awaitARound();
      assertThat(stateOf(guarded)).as("\"%s\"", torn).isNotEqualTo("T");
    }
    Files.delete(file);
    awaitARound();
    assertThat(guarded.isAlive()).isTrue();

    letEnd();
    assertThat(guarded.waitFor()).isEqualTo(128 + 9);
  }

  /** Two ticks: the second belongs to a round that began after this call. */
  private void awaitARound() throws IOException {
    for (int i = 0; i < 2; i++) {
      String before = Files.readString(directory.resolve("tick"));
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> {
            String now = Files.readString(directory.resolve("tick"));
            return !now.isEmpty() && !now.equals(before);
          });
    }
  }

  @Test
  void shouldNoticeThatTheGuardWasKilledAndStartAnother() throws Exception {
    arm();
    ProcessIdentity first = theGuard();

    first.kill();

    await().atMost(LONG).until(() -> ends.get() == 1);
    assertThat(guard.isWatching(BootClock.nowNs())).isFalse();
    guard.require(BootClock.nowNs());
    await().atMost(LONG).until(() -> guard.isWatching(BootClock.nowNs()));
    assertThat(theGuard()).isNotEqualTo(first);
  }

  @Test
  void shouldReplaceAGuardThatStandsStill() throws Exception {
    arm();
    ProcessIdentity first = theGuard();
    signal("STOP", first.pid());

    await().atMost(LONG).until(() -> !guard.isWatching(BootClock.nowNs()));
    await()
        .atMost(LONG)
        .until(() -> {
          guard.require(BootClock.nowNs());
          return guard.isWatching(BootClock.nowNs());
        });

    assertThat(theGuard()).isNotEqualTo(first);
  }

  @Test
  void shouldTakeOverTheGuardOfAnEarlierAgent() throws Exception {
    arm();
    ProcessIdentity before = theGuard();
    Deadline left = guard.deadline().orElseThrow();

    guard = GuardProcess.open(directory, ends::incrementAndGet);

    guard.require(BootClock.nowNs());
    assertThat(guard.isWatching(BootClock.nowNs())).isTrue();
    assertThat(theGuard()).isEqualTo(before);
    assertThat(guard.deadline()).contains(left);
  }

  @Test
  void shouldReplaceAGuardOfAnotherRelease() throws Exception {
    arm();
    ProcessIdentity before = theGuard();
    Files.writeString(directory.resolve("guard.sh"), "# another release", StandardCharsets.UTF_8);

    guard = GuardProcess.open(directory, ends::incrementAndGet);
    guard.require(BootClock.nowNs());

    await().atMost(LONG).until(() -> guard.isWatching(BootClock.nowNs()));
    assertThat(theGuard()).isNotEqualTo(before);
  }

  @Test
  void shouldForgetWhatAnEarlierBootLeft() throws Exception {
    Files.writeString(directory.resolve("deadline"), "another-boot 1 1 0 900 0 0\n");

    assertThat(GuardProcess.open(directory, () -> {}).deadline()).isEmpty();
    assertThat(directory.resolve("deadline")).doesNotExist();
  }

  @Test
  void shouldForgetTargetsThatAreGone() throws Exception {
    Process gone = sleeper();
    Process there = sleeper();
    guard.guests().add(VM, identity(gone), () -> {});
    guard.guests().add(OTHER_VM, identity(there), () -> {});
    gone.destroyForcibly().waitFor();

    GuardProcess next = GuardProcess.open(directory, () -> {});

    assertThat(next.guests().anyAlive()).isTrue();
    assertThat(directory.resolve("targets").toFile().list()).hasSize(1);
  }

  @Test
  void shouldEndGuestsInsideThisProcessInsteadOfTheProcess() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    guard.guests().add(VM, null, ended::incrementAndGet);
    guard.guests().add(OTHER_VM, null, ended::incrementAndGet);
    assertThat(guard.guests().anyAlive()).isTrue();

    guard.guests().endInProcess();

    assertThat(ended).hasValue(2);
    assertThat(guard.guests().anyAlive()).isFalse();
  }

  @Test
  void shouldKillAnAgentThatStandsStillWithGuestsInside() throws Exception {
    Process agent = agent(3_000);

    signal("STOP", agent.pid());

    assertThat(agent.waitFor()).isEqualTo(128 + 9);
  }

  @Test
  void shouldNotFreezeAnAgentBeforeItKillsIt() throws Exception {
    Process agent = agent(3_000); // frozen from the first moment on, if it were a guest

    assertThat(stateOf(agent)).isNotEqualTo("T");
    assertThat(agent.waitFor()).isEqualTo(128 + 9);
    assertThat(Files.readString(directory.resolve("agent/guard.log"))).contains("frozen", "killed");
  }

  private Process agent(long lastsMs) throws IOException {
    Path own = Files.createDirectory(directory.resolve("agent"));
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                GuardedAgent.class.getName(),
                own.toString(),
                VM.text(),
                Long.toString(lastsMs))
            .redirectErrorStream(true)
            .start();
    started.add(process);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.equals("armed")) {
      line = out.readLine();
    }
    assertThat(line).isEqualTo("armed");
    return process;
  }

  @Test
  void shouldReadTheSameClockAsTheGuard() throws Exception {
    String uptime = Files.readString(Path.of("/proc/uptime")).split(" ")[0];
    long shownNs = Long.parseLong(uptime.replace(".", "")) * GuardFiles.TICK_NS;

    assertThat(BootClock.nowNs()).isBetween(shownNs, shownNs + Duration.ofMinutes(1).toNanos());
  }
}
