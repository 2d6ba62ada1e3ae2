package io.drover.actor.area;

import io.drover.actor.CborSerializable;

/**
 * What a control node has to do, beside what it is made for.
 *
 * @param hosts entities in its memory of hosts that are registered
 * @param vms entities in its memory of VMs that exist
 * @param commandsPerSecond told to entities from here, over the last report
 * @param commandP99Millis of commands that were answered, over the last minutes
 * @param journalLagMillis how far the read side is behind
 * @param heapUsedBytes what the next collection may free included
 */
public record NodeLoad(
    int hosts,
    int vms,
    int hostLimit,
    int vmLimit,
    double commandsPerSecond,
    double commandP99Millis,
    double journalLagMillis,
    long heapUsedBytes,
    long heapMaxBytes)
    implements CborSerializable {

  Headroom headroom() {
    return new Headroom(hostLimit - hosts, vmLimit - vms);
  }
}
