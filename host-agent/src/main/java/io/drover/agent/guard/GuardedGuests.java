package io.drover.agent.guard;

import io.drover.agent.guard.GuardFiles.Kind;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The guests of this host that may be started elsewhere. A guest is in here before its first
 * instruction, and until it is gone: who is killed must not depend on when an agent was stopped.
 * Safe on any thread.
 */
public final class GuardedGuests implements Guard.Guests {
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

  @Override
  public synchronized void add(VmId vm, @Nullable ProcessIdentity process, Runnable end)
      throws IOException {
    write(process); // first: at no moment is it unguarded
    Guarded before = guests.put(vm, new Guarded(process, end));
    if (before != null) {
      removeTarget(before);
    }
  }

  @Override
  public synchronized void remove(VmId vm) throws IOException {
    Guarded gone = guests.remove(vm);
    if (gone != null) {
      removeTarget(gone);
    }
  }

  /** Unless another guest is in the same process. */
  private void removeTarget(Guarded gone) throws IOException {
    if (guests.values().stream().anyMatch(g -> Objects.equals(g.process, gone.process))) {
      return;
    }
    if (gone.process == null) {
      files.removeTarget(Kind.J, self);
    } else {
      files.removeTarget(Kind.P, gone.process);
    }
  }

  @Override
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

  @Override
  public synchronized void forgetInProcess() throws IOException {
    for (VmId vm : inProcess().keySet()) {
      remove(vm);
    }
  }

  @Override
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
