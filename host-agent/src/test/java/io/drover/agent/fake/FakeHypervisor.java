package io.drover.agent.fake;

import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import io.drover.agent.guest.HypervisorException.Kind;
import io.drover.agent.guest.ImageArguments;
import io.drover.config.units.ByteSize;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes guests that outlive an agent as long as the same hypervisor is given to the next one. */
public final class FakeHypervisor implements Hypervisor {
  public static final String IMAGE = "fake";
  public static final String BROKEN_IMAGE = "broken";
  private static final ImageArguments ARGUMENTS = ImageArguments.any(ImageArguments.Others.WORDS);

  private final Map<VmId, FakeGuest> guests = new ConcurrentHashMap<>();
  private final List<String> journal = new CopyOnWriteArrayList<>();
  private volatile boolean failing;
  private volatile boolean inProcesses;

  /** What was done to guests, in order. */
  public List<String> journal() {
    return List.copyOf(journal);
  }

  public FakeGuest guest(VmId vm) {
    FakeGuest guest = guests.get(vm);
    if (guest == null) {
      throw new AssertionError("there never was a guest of " + vm);
    }
    return guest;
  }

  public boolean hasGuest(VmId vm) {
    FakeGuest guest = guests.get(vm);
    return guest != null && guest.state() != Guest.State.ENDED;
  }

  /** From now on a process of its own stands for each guest. */
  public void useProcesses() {
    inProcesses = true;
  }

  /** From now on no guest can be made. */
  public void failToBoot() {
    failing = true;
  }

  @Override
  public String kind() {
    return "fake";
  }

  @Override
  public Support support() {
    return new Support(true, "1", "none", "");
  }

  @Override
  public MemoryRule memoryRule() {
    return new MemoryRule(new ByteSize(1), ByteSize.ZERO);
  }

  @Override
  public List<Image> images() {
    return List.of(
        new Image(IMAGE, 1, "00", 4096, true, "", ARGUMENTS),
        new Image(BROKEN_IMAGE, 1, "00", 4096, false, "wrong magic", ARGUMENTS));
  }

  @Override
  public boolean admit(String name, Path file, String sha256) {
    return false;
  }

  @Override
  public Guest boot(GuestSpec spec, GuestListener listener) throws HypervisorException {
    if (failing) {
      throw new HypervisorException(Kind.FAILED, "out of order");
    }
    return make("boot", spec, Guest.State.PAUSED, listener);
  }

  @Override
  public Guest incoming(GuestSpec spec, GuestListener listener) throws HypervisorException {
    if (failing) {
      throw new HypervisorException(Kind.FAILED, "out of order");
    }
    return make("incoming", spec, Guest.State.INCOMING, listener);
  }

  private FakeGuest make(String how, GuestSpec spec, Guest.State state, GuestListener listener)
      throws HypervisorException {
    FakeGuest guest = new FakeGuest(spec, state, listener, journal);
    if (inProcesses) {
      try {
        guest.runIn(new ProcessBuilder("sleep", "1000").start());
      } catch (IOException e) {
        throw new HypervisorException(Kind.FAILED, "no process", e);
      }
    }
    guests.put(spec.vm(), guest);
    journal.add(how);
    return guest;
  }

  @Override
  public List<Guest> adopt(GuestListener listener) {
    List<Guest> found = new ArrayList<>();
    guests.values().stream().filter(g -> g.state() != Guest.State.ENDED).forEach(found::add);
    return found;
  }

  @Override
  public void close() {}
}
