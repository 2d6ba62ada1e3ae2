package io.drover.agent.guard;

import io.drover.agent.lease.Lease.Deadline;
import io.drover.agent.process.ProcessIdentity;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one guard process of this agent: started, told the deadline, looked after. An agent that
 * starts takes over the guard of the one before; there are never two. One thread calls it.
 */
public final class GuardProcess implements Guard {
  /** Its rounds take 0.2 s: after so long it is stopped, starved or gone. */
  static final Duration SILENCE_LIMIT = Duration.ofSeconds(2);

  private static final Duration KILL_GRACE = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(GuardProcess.class);

  private final GuardFiles files;
  private final GuardedGuests guests;
  private final Runnable onEnd;
  private @Nullable ProcessIdentity process;
  private long startedNs;

  private GuardProcess(GuardFiles files, Runnable onEnd) {
    this.files = files;
    this.guests = new GuardedGuests(files);
    this.onEnd = onEnd;
  }

  /**
   * Takes over what an earlier agent left in this directory.
   *
   * @param onEnd called on any thread when the guard has ended
   */
  public static GuardProcess open(Path directory, Runnable onEnd) throws IOException {
    GuardFiles files = new GuardFiles(directory);
    files.clean();
    GuardProcess guard = new GuardProcess(files, onEnd);
    List<ProcessIdentity> running = guard.running();
    if (running.size() == 1 && files.hasCurrentScript()) {
      guard.follow(running.getFirst());
    }
    return guard;
  }

  @Override
  public GuardedGuests guests() {
    return guests;
  }

  @Override
  public Optional<Deadline> deadline() throws IOException {
    return files.readDeadline();
  }

  @Override
  public void publish(Deadline deadline, long freezeNs) throws IOException {
    files.create();
    files.writeDeadline(deadline, freezeNs);
  }

  @Override
  public void forgetDeadline() throws IOException {
    files.deleteDeadline();
  }

  @Override
  public boolean isWatching(long nowNs) throws IOException {
    ProcessIdentity running = process;
    if (running == null) {
      return false;
    }
    Optional<GuardFiles.Tick> tick = files.readTick();
    return tick.isPresent()
        && tick.get().pid() == running.pid()
        && Math.abs(nowNs - tick.get().atNs()) < SILENCE_LIMIT.toNanos()
        && running.isAlive();
  }

  @Override
  public void require(long nowNs) throws IOException {
    boolean isYoung = nowNs - startedNs < SILENCE_LIMIT.toNanos();
    ProcessIdentity running = process;
    if (running != null && running.isAlive() && (isYoung || isWatching(nowNs))) {
      return;
    }
    if (running != null) {
      LOG.atWarn()
          .addKeyValue("pid", running.pid())
          .addKeyValue("alive", running.isAlive())
          .log("the guard is gone, or stands still: another one takes its place");
    }
    endAll();
    start(nowNs);
  }

  private void start(long nowNs) throws IOException {
    files.create();
    guests.writeAll();
    files.writeScript();
    Process started =
        new ProcessBuilder(
                "setsid", "/bin/sh", files.script().toString(), files.directory().toString())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()))
            .start();
    // setsid becomes the shell without a fork, as our children never lead a process group.
    startedNs = nowNs;
    ProcessIdentity identity =
        ProcessIdentity.of(started.pid())
            .orElseThrow(() -> new IOException("the guard ended at once; see " + files.log()));
    follow(identity);
    LOG.atInfo().addKeyValue("pid", identity.pid()).log("guard started");
  }

  private void follow(ProcessIdentity identity) {
    process = identity;
    Optional<ProcessHandle> handle = ProcessHandle.of(identity.pid());
    if (handle.isEmpty()) {
      onEnd.run();
    } else {
      var _ = handle.get().onExit().thenRun(onEnd);
    }
  }

  @Override
  public void end() throws IOException {
    files.deleteDeadline();
    endAll();
    files.deleteAll();
  }

  private void endAll() throws IOException {
    process = null;
    for (ProcessIdentity guard : running()) {
      guard.kill();
      if (!guard.awaitEnd(KILL_GRACE)) {
        throw new IOException("guard %d survives SIGKILL".formatted(guard.pid()));
      }
    }
  }

  /** By its whole command line: whoever looks at the script is not a guard. */
  private List<ProcessIdentity> running() throws IOException {
    Path script = files.script();
    return ProcessIdentity.mentioning("\0%s\0%s\0".formatted(script, files.directory()));
  }
}
