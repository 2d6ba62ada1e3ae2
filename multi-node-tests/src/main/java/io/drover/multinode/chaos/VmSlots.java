package io.drover.multinode.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The handful of VMs that a workload has at a time, and those it had. Names are given here and
 * never twice; ids come with the answer to the creation. Safe on any thread.
 */
final class VmSlots {
  /** A VM of the workload. */
  record Named(String name, String id) {}

  private final String prefix;
  private final List<Optional<Named>> slots = new ArrayList<>(); // all guarded by this
  private final Map<String, String> nameOfId = new HashMap<>();
  private final List<Named> former = new ArrayList<>();
  private final List<Named> bystanders = new ArrayList<>();
  private int created;

  VmSlots(String prefix, int count) {
    this.prefix = prefix;
    for (int i = 0; i < count; i++) {
      slots.add(Optional.empty());
    }
  }

  synchronized int count() {
    return slots.size();
  }

  /** A name that nobody used before. */
  synchronized String newName() {
    return prefix + "-" + ++created;
  }

  synchronized Optional<Named> at(int slot) {
    return slots.get(slot);
  }

  /** Somebody else may have filled it meanwhile; then there is one more former VM. */
  synchronized void fill(int slot, Named vm) {
    nameOfId.put(vm.id(), vm.name());
    if (slots.get(slot).isPresent()) {
      former.add(vm);
    } else {
      slots.set(slot, Optional.of(vm));
    }
  }

  /** It is deleted, or may be. */
  synchronized void vacate(int slot, Named vm) {
    if (slots.get(slot).filter(vm::equals).isPresent()) {
      slots.set(slot, Optional.empty());
      former.add(vm);
    }
  }

  /** One that nobody asks anything of: what happens to it is not a client's doing. */
  synchronized void addBystander(Named vm) {
    nameOfId.put(vm.id(), vm.name());
    bystanders.add(vm);
  }

  /** A bystander or one that was vacated. */
  synchronized Optional<Named> anyOther(RandomGenerator random) {
    return !bystanders.isEmpty() && random.nextBoolean()
        ? Optional.of(bystanders.get(random.nextInt(bystanders.size())))
        : anyFormer(random);
  }

  private Optional<Named> anyFormer(RandomGenerator random) {
    return former.isEmpty()
        ? Optional.empty()
        : Optional.of(former.get(random.nextInt(former.size())));
  }

  /** Found by its name after a creation of unknown outcome. */
  synchronized void found(String id, String name) {
    nameOfId.putIfAbsent(id, name);
  }

  synchronized Map<String, String> nameOfId() {
    return Map.copyOf(nameOfId);
  }
}
