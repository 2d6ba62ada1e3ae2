package io.drover.http.exchange;

import io.drover.http.problem.ProblemException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * SHA-256 in header fields: {@code Content-Digest} and {@code Repr-Digest} of RFC 9530, and {@code
 * Digest} of RFC 3230. Others than SHA-256 are refused rather than passed over. Pure.
 */
public final class Digests {
  private static final int SHA256_BYTES = 32;

  private Digests() {}

  /** What the client says of the body, in hex. */
  public static Optional<String> of(Call call) {
    return field(call, "Content-Digest")
        .or(() -> field(call, "Repr-Digest"))
        .or(() -> field(call, "Digest"));
  }

  /** As a field of RFC 9530. */
  public static String field(String sha256) {
    return "sha-256=:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)) + ":";
  }

  private static Optional<String> field(Call call, String name) {
    return call.header(name)
        .map(value -> {
          for (String member : value.split(",")) {
            String text = member.strip();
            if (text.toLowerCase(Locale.ROOT).startsWith("sha-256=")) {
              return hex(name, text.substring("sha-256=".length()));
            }
          }
          throw ProblemException.invalid(name, name + " must have sha-256, not \"" + value + "\"");
        });
  }

  private static String hex(String name, String value) {
    boolean inColons = value.length() > 1 && value.startsWith(":") && value.endsWith(":");
    try {
      byte[] bytes =
          Base64.getDecoder().decode(inColons ? value.substring(1, value.length() - 1) : value);
      if (bytes.length == SHA256_BYTES) {
        return HexFormat.of().formatHex(bytes);
      }
    } catch (IllegalArgumentException _) {
      // refused below, like one of another length
    }
    throw ProblemException.invalid(
        name, "%s must be sha-256=:<32 bytes in Base64>:, not \"%s\"".formatted(name, value));
  }
}
