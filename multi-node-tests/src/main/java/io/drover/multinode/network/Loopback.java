package io.drover.multinode.network;

import java.util.List;

/** One address for all; nothing can be broken. */
public final class Loopback implements Network {
  @Override
  public Place place(String area, String name) {
    return new Place(name, area, "127.0.0.1", List.of());
  }

  @Override
  public boolean canBreak() {
    return false;
  }

  @Override
  public void block(Place source, Place target) {
    throw unsupported();
  }

  @Override
  public void lose(Place place, int percent) {
    throw unsupported();
  }

  @Override
  public void cut(String area) {
    throw unsupported();
  }

  private static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException(
        "the loopback interface is not broken; namespaces: " + Namespaces.reasonAgainst());
  }

  @Override
  public void heal() {}

  @Override
  public void close() {}
}
