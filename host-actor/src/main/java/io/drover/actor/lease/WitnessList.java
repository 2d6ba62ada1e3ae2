package io.drover.actor.lease;

import io.drover.actor.CborSerializable;
import java.util.List;

/**
 * Who vouches for one host.
 *
 * @param version only ever rises for a host
 */
public record WitnessList(long version, List<Witness> witnesses) implements CborSerializable {
  public WitnessList {
    witnesses = List.copyOf(witnesses);
  }

  /** So many of them make a lease last, or end it. */
  public int majority() {
    return witnesses.size() / 2 + 1;
  }
}
