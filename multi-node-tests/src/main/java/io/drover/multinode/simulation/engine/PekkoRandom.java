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

  /** Sets it for the calling thread. */
  static void seed(long seed) {
    var _ = ThreadLocalRandom.current(); // or the first use would overwrite it
    try {
      SEED.setLong(Thread.currentThread(), seed * 0x9E3779B97F4A7C15L);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
