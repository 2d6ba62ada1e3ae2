package io.drover.agent.qemu;

import io.drover.agent.guest.GuestSpec;
import io.drover.agent.process.ProcessIdentity;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.util.Map;

/**
 * What a later agent process must know to find a guest again.
 *
 * @param format of this record
 * @param run names the QEMU process: the VM's id and a number
 * @param pid 0 in the moment between the decision to start a process and its start
 */
record GuestRecord(
    int format,
    String run,
    String vm,
    String image,
    int cpuMillis,
    long memoryBytes,
    Map<String, String> arguments,
    boolean migratable,
    long pid,
    long startTicks) {
  static final int FORMAT = 1;

  static GuestRecord planned(String run, GuestSpec spec, boolean migratable) {
    return new GuestRecord(
        FORMAT,
        run,
        spec.vm().text(),
        spec.image(),
        spec.resources().cpuMillis(),
        spec.resources().memory().bytes(),
        spec.arguments(),
        migratable,
        0,
        0);
  }

  GuestRecord started(ProcessIdentity process) {
    return new GuestRecord(
        format,
        run,
        vm,
        image,
        cpuMillis,
        memoryBytes,
        arguments,
        migratable,
        process.pid(),
        process.startTicks());
  }

  GuestSpec spec() {
    return new GuestSpec(
        VmId.parse(vm), image, new Resources(cpuMillis, new ByteSize(memoryBytes)), arguments);
  }

  ProcessIdentity process() {
    return new ProcessIdentity(pid, startTicks);
  }
}
