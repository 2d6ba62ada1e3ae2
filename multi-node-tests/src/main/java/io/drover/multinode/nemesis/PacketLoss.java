package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** So many of a hundred packets of one process are lost. */
record PacketLoss(String process, int percent) implements Nemesis {
  @Override
  public String kind() {
    return "packet-loss";
  }

  @Override
  public String target() {
    return process + " " + percent + " %";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.network().lose(fleet.process(process).place(), percent);
  }
}
