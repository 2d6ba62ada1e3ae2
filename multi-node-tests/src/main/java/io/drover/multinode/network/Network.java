package io.drover.multinode.network;

/** What lies between the processes of a fleet, and can be broken. */
public sealed interface Network extends AutoCloseable permits Loopback, Namespaces {
  /** Namespaces where they can be made, else loopback. */
  static Network bestAvailable() {
    return Namespaces.reasonAgainst().isEmpty() ? new Namespaces() : new Loopback();
  }

  /** Makes a place for a process. */
  Place place(String area, String name);

  /** Whether the methods below do anything. */
  boolean canBreak();

  /** Nothing from {@code source} reaches {@code target}; the other direction is left as it is. */
  void block(Place source, Place target);

  /** Loses so many of a hundred packets in and out of a place, those of the harness excepted. */
  void lose(Place place, int percent);

  /** Takes an area's switch down: nobody in it reaches anybody. */
  void cut(String area);

  /** All is as it was at the start. Repeatable. */
  void heal();

  @Override
  void close();
}
