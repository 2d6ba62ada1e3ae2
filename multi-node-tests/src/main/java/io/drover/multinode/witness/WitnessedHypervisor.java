package io.drover.multinode.witness;

import io.drover.agent.embedded.EmbeddedGuest;
import io.drover.agent.guest.Guest;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.Hypervisor;
import io.drover.agent.guest.HypervisorException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A hypervisor that shows each guest it makes to somebody, before the guest's first instruction.
 */
record WitnessedHypervisor(Hypervisor inner, Consumer<EmbeddedGuest> made) implements Hypervisor {
  @Override
  public String kind() {
    return inner.kind();
  }

  @Override
  public Support support() {
    return inner.support();
  }

  @Override
  public MemoryRule memoryRule() {
    return inner.memoryRule();
  }

  @Override
  public List<Image> images() {
    return inner.images();
  }

  @Override
  public boolean admit(String name, Path file, String sha256) throws HypervisorException {
    return inner.admit(name, file, sha256);
  }

  @Override
  public Guest boot(GuestSpec spec, GuestListener listener) throws HypervisorException {
    return shown(inner.boot(spec, listener));
  }

  @Override
  public Guest incoming(GuestSpec spec, GuestListener listener) throws HypervisorException {
    return shown(inner.incoming(spec, listener));
  }

  @Override
  public List<Guest> adopt(GuestListener listener) throws HypervisorException {
    return inner.adopt(listener);
  }

  @Override
  public void close() {
    inner.close();
  }

  private Guest shown(Guest guest) {
    if (guest instanceof EmbeddedGuest embedded) {
      made.accept(embedded);
    }
    return guest;
  }
}
