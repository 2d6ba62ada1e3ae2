package io.drover.agent.embedded;

/** What makes a file a module that embedded guests can be made of. Pure; safe on any thread. */
public final class GuestModules {
  /** Magic and version. */
  public static final int MAGIC_BYTES = 8;

  private static final byte[] MAGIC = {0, 'a', 's', 'm'};

  private GuestModules() {}

  /** Whether it starts as WebAssembly, whatever its version. */
  public static boolean isModule(byte[] head) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (i >= head.length || head[i] != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks a whole module.
   *
   * @return bytes of memory that it asks for
   * @throws IllegalArgumentException saying what is missing, or what it must not have
   */
  public static long requireRunnable(byte[] wasm) {
    return GuestProgram.parse(wasm).minMemoryBytes();
  }
}
