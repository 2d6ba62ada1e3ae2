package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** Nothing from one process reaches another, while the answers would. */
record OneWay(String source, String deaf) implements Nemesis {
  @Override
  public String kind() {
    return "one-way";
  }

  @Override
  public String target() {
    return source + " to " + deaf;
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.network().block(fleet.process(source).place(), fleet.process(deaf).place());
  }
}
