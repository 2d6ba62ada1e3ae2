package io.drover.multinode.simulation.engine;

import java.lang.reflect.Field;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pekko draws the jitter of its back-offs, and the ids of its actors, from the thread's own random
 * generator: this sets it, so that a seed decides them as well. Needs {@code --add-opens
 * java.base/java.lang=ALL-UNNAMED}.
 */
final class PekkoRandom {
  private static final Field SEED = field();

  private PekkoRandom() {}

  private static Field field() {
    try {
      Field seed = Thread.class.getDeclaredField("threadLocalRandomSeed");
      seed.setAccessible(true);
      return seed;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("this JDK keeps the thread's seed elsewhere", e);
    }
  }

  /**
   * Sets it for the calling thread, anew at each step: what else in this JVM draws from it, such as
   * a class that is initialized just now, must not change the rest of the run. The first draw adds
   * twice the thread's id ({@code ThreadLocalRandom.nextSeed}), which is taken off here: a seed is
   * the same run in any thread.
   */
  static void seed(long seed, long step) {
    var _ = ThreadLocalRandom.current(); // or the first use would overwrite it
    try {
      Thread thread = Thread.currentThread();
      SEED.setLong(
          thread,
          (Long.rotateLeft(seed, Integer.SIZE) ^ step) * 0x9E3779B97F4A7C15L
              - (thread.threadId() << 1));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
