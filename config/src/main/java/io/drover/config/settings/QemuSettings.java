package io.drover.config.settings;

import com.typesafe.config.Config;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;

/**
 * How one agent runs QEMU guests.
 *
 * @param binary a name on the PATH or an absolute path
 * @param shmDirectory RAM files and sockets, of this agent alone
 * @param stateDirectory what an agent needs to find its guests again, of this agent alone
 * @param imagesDirectory kernel+initrd directories and qcow2 files; may be missing
 * @param machine QEMU machine type, the same on all hosts between which guests move
 * @param cpu QEMU CPU model, the same on all hosts between which guests move
 * @param startTimeout from the start of the process to its first answer
 * @param deviceStateTimeout for saving or loading the device state of one guest
 */
public record QemuSettings(
    String binary,
    Accel accel,
    Path shmDirectory,
    Path stateDirectory,
    Path imagesDirectory,
    String machine,
    String cpu,
    Duration startTimeout,
    Duration deviceStateTimeout) {
  private static final Section SECTION = new Section("drover.agent.qemu");
  private static final Section AGENT = new Section("drover.agent");

  /** What executes guest instructions. */
  public enum Accel {
    /** KVM when it can run ordinary guests, else TCG. */
    AUTO,
    KVM,
    TCG
  }

  public QemuSettings {
    SECTION.require(!binary.isBlank(), "binary", "a program", binary);
    SECTION.require(isPlain(machine), "machine", "a QEMU machine type", machine);
    SECTION.require(isPlain(cpu), "cpu", "a QEMU CPU model", cpu);
    SECTION.requirePositive("start-timeout", startTimeout);
    SECTION.requirePositive("device-state-timeout", deviceStateTimeout);
  }

  /**
   * Reads {@code drover.agent} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static QemuSettings from(Config root) {
    return AGENT.read(root, QemuSettings::ofAgent);
  }

  private static QemuSettings ofAgent(Config agent) {
    Config qemu = agent.getConfig("qemu");
    Path state = Path.of(agent.getString("state-dir")).toAbsolutePath().normalize();
    return new QemuSettings(
        qemu.getString("binary"),
        accel(qemu.getString("accel")),
        Path.of(qemu.getString("shm-dir"), nameFor(state)),
        state.resolve("qemu"),
        Path.of(agent.getString("images-dir")),
        qemu.getString("machine"),
        qemu.getString("cpu"),
        qemu.getDuration("start-timeout"),
        qemu.getDuration("device-state-timeout"));
  }

  /** Short, and different for every agent on a machine, as their state directories are. */
  static String nameFor(Path state) {
    UUID digest = UUID.nameUUIDFromBytes(state.toString().getBytes(StandardCharsets.UTF_8));
    return digest.toString().substring(24); // the last group: 12 hex digits
  }

  /** A name, so that no further QEMU options can be smuggled in after a comma. */
  private static boolean isPlain(String name) {
    return name.matches("[A-Za-z0-9._-]+");
  }

  private static Accel accel(String text) {
    for (Accel accel : Accel.values()) {
      if (accel.name().toLowerCase(Locale.ROOT).equals(text)) {
        return accel;
      }
    }
    throw new SettingsException(SECTION.path() + ".accel must be auto, kvm or tcg: " + text);
  }
}
