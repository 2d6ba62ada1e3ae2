package io.drover.actor.area;

import io.drover.actor.CborSerializable;

/**
 * What a control node has to do, beside what it is made for.
 *
 * @param hosts entities of hosts in its memory
 * @param vms entities of VMs in its memory
 * @param commandsPerSecond told to entities from here, over the last report
 * @param commandP99Millis of commands that were answered, over the last minutes
 * @param journalLagMillis how far the read side is behind
 * @param heapUsedBytes after the last collection
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

  /** The fullest of what has a limit, 0 to 1 and beyond. */
  public double use() {
    return Math.max(share(hosts, hostLimit), share(vms, vmLimit));
  }

  private static double share(int part, int limit) {
    return limit == 0 ? 1 : part / (double) limit;
  }
}
