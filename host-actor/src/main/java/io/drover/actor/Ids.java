package io.drover.actor;

import com.github.f4b6a3.ulid.UlidCreator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/** Where new ids come from. Safe on any thread. */
@FunctionalInterface
public interface Ids {
  /** The tail of an id: a ULID in lower case. */
  String next();

  /** From the clock and a random source; rises on one node. */
  static Ids random() {
    return () -> UlidCreator.getMonotonicUlid().toString().toLowerCase(Locale.ROOT);
  }

  /**
   * The tail that belongs to this text, for ever: a retry with the same key meets the same entity.
   */
  static String derived(String text) {
    String alphabet = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32, as in a ULID
    byte[] hash = sha256(text);
    StringBuilder tail = new StringBuilder(26);
    for (int i = 0; i < 26; i++) {
      tail.append(alphabet.charAt(hash[i] & 31));
    }
    return tail.toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
