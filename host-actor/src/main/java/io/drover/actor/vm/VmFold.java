package io.drover.actor.vm;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.ViewFold;
import io.drover.actor.api.VmView;
import io.drover.actor.vm.Vm.Event;
import java.util.List;
import java.util.Optional;

/** A VM as its events tell it: without what its guest says, and whether its host is connected. */
public final class VmFold implements ViewFold<Event, VmView> {
  @Override
  public CborSerializable empty() {
    return new VmState.Absent();
  }

  @Override
  public CborSerializable after(CborSerializable state, Event event) {
    return VmState.evolve((VmState) state, event);
  }

  @Override
  public Optional<VmView> view(String entityId, long version, CborSerializable state) {
    return state instanceof VmState.Known known
        ? Optional.of(VmViews.of(known, new Sightings()))
        : Optional.empty();
  }

  /** Its last operations, oldest first. */
  public List<OperationView> operations(CborSerializable state) {
    return state instanceof VmState.Known known ? known.vm().operations() : List.of();
  }
}
