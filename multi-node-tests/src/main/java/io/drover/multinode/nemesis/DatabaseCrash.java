package io.drover.multinode.nemesis;

import io.drover.multinode.harness.Fleet;

/** SIGKILL of the database; it recovers when it is started again. */
record DatabaseCrash() implements Nemesis {
  @Override
  public String kind() {
    return "database-crash";
  }

  @Override
  public String target() {
    return "database";
  }

  @Override
  public void inject(Fleet fleet) {
    fleet.kill("database");
  }
}
