package io.drover.agent.qemu;

import io.drover.agent.guest.Hypervisor.Support;
import io.drover.config.settings.QemuSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out whether QEMU can be used on this host. */
final class QemuProbe {
  private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)(?:\\.\\d+)?");
  private static final int OLDEST_MAJOR = 7;
  private static final int OLDEST_MINOR = 2;
  private static final long TIMEOUT_S = 10;
  private static final String INSTALL_HINT =
      "; on Debian it comes with: apt-get install qemu-system-x86";

  private QemuProbe() {}

  static Support support(QemuSettings settings, Accelerator accelerator) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return unavailable(accelerator, "guest RAM as a shared file needs Linux");
    }
    String printed;
    try {
      printed = versionLine(settings.binary());
    } catch (IOException e) {
      return unavailable(
          accelerator, settings.binary() + " cannot be started: " + e.getMessage() + INSTALL_HINT);
    }
    Matcher matcher = VERSION.matcher(printed);
    if (!matcher.find()) {
      return unavailable(
          accelerator, settings.binary() + " does not look like QEMU: " + printed.strip());
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    String version = matcher.group().substring("version ".length());
    boolean tooOld = major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR);
    String reason =
        tooOld
            ? "QEMU %s is older than %d.%d".formatted(version, OLDEST_MAJOR, OLDEST_MINOR)
            : accelerator.obstacle();
    return new Support(reason.isEmpty(), version, accelerator.name(), reason);
  }

  private static Support unavailable(Accelerator accelerator, String reason) {
    return new Support(false, "", accelerator.name(), reason);
  }

  private static String versionLine(String binary) throws IOException {
    // Through setsid, as guests are started: a host without it is found here.
    Process process =
        new ProcessBuilder("setsid", binary, "--version").redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("no answer to --version within " + TIMEOUT_S + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    // A few lines, which the pipe holds: the process can end before they are read.
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.exitValue() != 0) {
      throw new IOException(printed.strip());
    }
    return printed;
  }
}
