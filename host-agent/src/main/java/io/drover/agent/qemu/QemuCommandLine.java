package io.drover.agent.qemu;

import io.drover.agent.guest.GuestSpec;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.settings.QemuSettings;
import io.drover.config.units.ArgumentText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The arguments of one QEMU process. Both ends of a migration must get the same machine. */
final class QemuCommandLine {
  /** Of translated guest code. QEMU's own default grows to 1 GiB per guest. */
  private static final int TCG_CACHE_MIB = 64;

  /** What the kernel takes; it would cut the rest off silently. */
  private static final int KERNEL_ARGUMENTS_LIMIT = 2047;

  private static final int MILLIS_PER_CORE = 1000;

  private QemuCommandLine() {}

  /**
   * All arguments, the program first.
   *
   * @param incoming whether memory and device state come from a source
   */
  static List<String> of(
      QemuSettings settings,
      Accelerator accelerator,
      QemuImage image,
      GuestSpec spec,
      RunFiles files,
      boolean incoming)
      throws HypervisorException {
    long memoryBytes = spec.resources().memory().bytes();
    int cpus = Math.max(1, Math.ceilDiv(spec.resources().cpuMillis(), MILLIS_PER_CORE));
    List<String> line = new ArrayList<>();
    // A session of its own: a signal to the agent's terminal must not reach guests. -daemonize
    // would
    // do it as well, but needs the very system calls that the sandbox takes away.
    line.addAll(List.of("setsid", settings.binary(), "-nodefaults", "-no-user-config"));
    line.addAll(List.of("-name", "guest=" + files.run() + ",debug-threads=on"));
    line.addAll(
        List.of(
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
    line.addAll(List.of("-machine", settings.machine() + ",memory-backend=ram0,vmport=off"));
    line.addAll(
        List.of(
            "-accel",
            accelerator.name().equals("tcg") ? "tcg,tb-size=" + TCG_CACHE_MIB : "kvm",
            "-cpu",
            settings.cpu()));
    line.addAll(List.of("-smp", Integer.toString(cpus), "-m", "size=" + memoryBytes + "b"));
    // prealloc: a guest that got its memory cannot be killed later by somebody else's.
    line.addAll(
        List.of(
            "-object",
            "memory-backend-file,id=ram0,share=on,prealloc=on,size=%d,mem-path=%s"
                .formatted(memoryBytes, escape(files.ram()))));
    line.addAll(List.of("-display", "none"));
    line.addAll(
        List.of(
            "-chardev",
            "file,id=console,append=on,path=" + escape(files.console()),
            "-serial",
            "chardev:console"));
    line.addAll(List.of("-qmp", "unix:" + escape(files.qmp()) + ",server=on,wait=off"));
    // A reset ends the process: every boot is ordered under a grant of its own. -S: nothing runs
    // before it is told to.
    line.addAll(List.of("-no-reboot", "-S"));
    addImage(line, image, spec);
    if (incoming) {
      line.addAll(List.of("-incoming", "defer"));
    }
    return List.copyOf(line);
  }

  private static void addImage(List<String> line, QemuImage image, GuestSpec spec)
      throws HypervisorException {
    switch (image.boot()) {
      case QemuImage.Boot.Kernel kernel -> {
        line.addAll(List.of("-kernel", kernel.kernel().toString()));
        kernel.initrd().ifPresent(initrd -> line.addAll(List.of("-initrd", initrd.toString())));
        line.addAll(List.of("-append", kernelArguments(kernel.arguments(), spec)));
      }
      case QemuImage.Boot.Disk disk ->
          // Writes go to a temporary file: until volumes exist, guests share the image.
          line.addAll(
              List.of("-drive", "if=virtio,format=qcow2,snapshot=on,file=" + escape(disk.file())));
    }
  }

  private static String kernelArguments(String fromImage, GuestSpec spec)
      throws HypervisorException {
    StringBuilder arguments = new StringBuilder(fromImage);
    for (Map.Entry<String, String> argument : new TreeMap<>(spec.arguments()).entrySet()) {
      if (!ArgumentText.isName(argument.getKey()) || !ArgumentText.isWord(argument.getValue())) {
        throw new HypervisorException(
            HypervisorException.Kind.FAILED,
            "%s: argument \"%s\" cannot stand on a kernel command line: \"%s\""
                .formatted(spec.vm(), argument.getKey(), argument.getValue()));
      }
      arguments
          .append(" drover.")
          .append(argument.getKey())
          .append('=')
          .append(argument.getValue());
    }
    if (arguments.length() > KERNEL_ARGUMENTS_LIMIT) {
      throw new HypervisorException(
          HypervisorException.Kind.FAILED,
          "%s: kernel arguments are longer than %d characters: %d"
              .formatted(spec.vm(), KERNEL_ARGUMENTS_LIMIT, arguments.length()));
    }
    return arguments.toString();
  }

  /** In QEMU's option lists a comma starts the next option. */
  private static String escape(Object path) {
    return path.toString().replace(",", ",,");
  }
}
