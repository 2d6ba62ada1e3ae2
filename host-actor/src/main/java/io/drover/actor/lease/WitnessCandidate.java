package io.drover.actor.lease;

import io.drover.actor.CborSerializable;

/**
 * Somebody who may become a witness.
 *
 * @param area where it is
 * @param rack empty when nobody said
 * @param controlNode and not a host
 */
public record WitnessCandidate(Witness witness, String area, String rack, boolean controlNode)
    implements CborSerializable {
  public String id() {
    return witness.id();
  }

  /** What is likely to fail together with it. */
  String domain() {
    return controlNode ? area + "/control" : area + "/" + rack;
  }
}
