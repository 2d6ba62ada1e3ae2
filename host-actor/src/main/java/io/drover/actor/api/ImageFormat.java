package io.drover.actor.api;

/** What an image is, by its content. */
public enum ImageFormat {
  /** A module that the embedded hypervisor can run. */
  WEBASSEMBLY("WebAssembly module", "embedded"),
  /** A Linux kernel with its own initramfs. */
  BZIMAGE("Linux bzImage", "qemu"),
  ELF("ELF kernel", "qemu"),
  /** Disks cannot be attached yet. */
  QCOW2("qcow2 disk", "");

  private final String words;
  private final String hypervisor;

  ImageFormat(String words, String hypervisor) {
    this.words = words;
    this.hypervisor = hypervisor;
  }

  /** For people. */
  public String words() {
    return words;
  }

  /** Kind of hypervisor that runs it; empty when none does yet. */
  public String hypervisor() {
    return hypervisor;
  }
}
