package io.drover.agent.guard;

import io.drover.agent.guard.GuardFiles.Kind;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The guests of this host that may be started elsewhere. A guest is in here before its first
 * instruction, and until it is gone: who is killed must not depend on when an agent was stopped.
 * Safe on any thread.
 */
public final class GuardedGuests {
  private final GuardFiles files;
  private final ProcessIdentity self = ProcessIdentity.own();
  private final Map<VmId, Guarded> guests = new LinkedHashMap<>(); // guarded by this

  /**
   * One of them.
   *
   * @param process null for a guest inside this JVM
   */
  private record Guarded(@Nullable ProcessIdentity process, Runnable end) {}

  GuardedGuests(GuardFiles files) {
    this.files = files;
  }

  /**
   * From now on the guard kills this guest when the lease is over. Repeatable.
   *
   * @param process that it runs in; null = this one
   * @param end of a guest in this process: ends it, ahead of the deadline
   */
  public synchronized void add(VmId vm, @Nullable ProcessIdentity process, Runnable end)
      throws IOException {
    remove(vm);
    write(process);
    guests.put(vm, new Guarded(process, end));
  }

  /** The guest is gone. Repeatable. */
  public synchronized void remove(VmId vm) throws IOException {
    Guarded gone = guests.remove(vm);
    if (gone == null) {
      return;
    }
    if (gone.process != null) {
      files.removeTarget(Kind.P, gone.process);
    } else if (inProcess().isEmpty()) {
      files.removeTarget(Kind.J, self);
    }
  }

  /**
   * Ends the guests inside this JVM, so that it need not be killed. Blocks until none of them
   * executes.
   */
  public void endInProcess() throws IOException {
    Map<VmId, Guarded> ending;
    synchronized (this) {
      ending = inProcess();
    }
    for (Map.Entry<VmId, Guarded> guest : ending.entrySet()) {
      guest.getValue().end.run();
      remove(guest.getKey());
    }
  }

  /** The guests of this JVM are gone, for it is about to end. */
  public synchronized void forgetInProcess() throws IOException {
    for (VmId vm : inProcess().keySet()) {
      remove(vm);
    }
  }

  /** Whether any is alive, one that an earlier agent left included. */
  public boolean anyAlive() throws IOException {
    return files.listTargets().stream().anyMatch(ProcessIdentity::isAlive);
  }

  /** Writes again what a new guard has to know. */
  synchronized void writeAll() throws IOException {
    for (Guarded guest : guests.values()) {
      write(guest.process);
    }
  }

  private void write(@Nullable ProcessIdentity process) throws IOException {
    if (process == null) {
      files.addTarget(Kind.J, self);
    } else {
      files.addTarget(Kind.P, process);
    }
  }

  private Map<VmId, Guarded> inProcess() {
    Map<VmId, Guarded> found = new LinkedHashMap<>(guests);
    found.values().removeIf(guest -> guest.process != null);
    return found;
  }
}
