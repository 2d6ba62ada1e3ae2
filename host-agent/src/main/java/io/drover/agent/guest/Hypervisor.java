package io.drover.agent.guest;

import io.drover.config.units.ByteSize;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes guests. Knows nothing of grants, epochs or migrations: whoever calls it has checked them.
 * All methods block and may be called from any thread.
 */
public interface Hypervisor extends AutoCloseable {
  /** {@code embedded} or {@code qemu}. */
  String kind();

  /** Whether guests of this kind can run here, and why not. Checked once, at start. */
  Support support();

  /** How large guests may be here, as of now. */
  MemoryRule memoryRule();

  /** The images found on this host for this hypervisor, usable or not. */
  List<Image> images();

  /**
   * Takes in an image that came from the control plane; its digest has been checked. Repeatable.
   *
   * @param name under which specs name it from now on
   * @return false when this hypervisor does not run files of this form
   * @throws HypervisorException IMAGE_UNUSABLE when it is of this form and yet cannot run
   */
  boolean admit(String name, Path file, String sha256) throws HypervisorException;

  /**
   * Makes a guest from its image. It is returned paused, before its first instruction.
   *
   * @throws HypervisorException with the limit and the value, before anything was started, when
   *     memory, {@code /dev/shm} or disk would not suffice
   */
  Guest boot(GuestSpec spec, GuestListener listener) throws HypervisorException;

  /**
   * Makes a guest whose memory and device state will come from elsewhere. It is returned paused.
   */
  Guest incoming(GuestSpec spec, GuestListener listener) throws HypervisorException;

  /**
   * Guests of this kind that outlived an earlier agent process, found by what was recorded when
   * they were made. They go on running or stay paused as they are.
   */
  List<Guest> adopt(GuestListener listener) throws HypervisorException;

  /** Frees what the hypervisor itself holds. Guests that can outlive the agent are left running. */
  @Override
  void close();

  /**
   * What this host can do.
   *
   * @param accelerator {@code kvm}, {@code tcg} or {@code wasm}
   * @param reason why it is not available; empty when it is
   */
  record Support(boolean available, String version, String accelerator, String reason) {}

  /**
   * How large a guest may be.
   *
   * @param granule of which its memory is a multiple
   * @param largest zero when there is no limit
   */
  record MemoryRule(ByteSize granule, ByteSize largest) {}

  /**
   * An image found on this host.
   *
   * @param reason why it cannot be used: wrong magic, truncated, checksum; empty when usable
   */
  record Image(
      String name,
      long sizeBytes,
      String sha256,
      long minMemoryBytes,
      boolean usable,
      String reason,
      ImageArguments arguments) {}
}
