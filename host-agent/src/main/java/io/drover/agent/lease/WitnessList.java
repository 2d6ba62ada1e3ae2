package io.drover.agent.lease;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who vouches for a host.
 *
 * @param version only ever rises
 * @param witnesses no two with the same id, or one would count twice
 */
public record WitnessList(long version, List<Witness> witnesses) {
  /** Of a list; seven are asked for, and there must be an end. */
  public static final int WITNESSES_LIMIT = 15;

  public WitnessList {
    witnesses = List.copyOf(witnesses);
    if (version < 0) {
      throw new IllegalArgumentException("a list's version must not be negative: " + version);
    }
    if (witnesses.size() > WITNESSES_LIMIT) {
      throw new IllegalArgumentException(
          "at most %d witnesses: %d".formatted(WITNESSES_LIMIT, witnesses.size()));
    }
    Set<String> ids = witnesses.stream().map(Witness::id).collect(Collectors.toSet());
    if (ids.size() < witnesses.size()) {
      throw new IllegalArgumentException("a witness stands in the list twice: " + witnesses);
    }
  }

  /** Of a lease that nobody asks for. */
  public static WitnessList empty(long version) {
    return new WitnessList(version, List.of());
  }

  /**
   * One witness.
   *
   * @param id of a host, or the name of a control node
   * @param endpoint {@code host:port}
   */
  public record Witness(String id, String endpoint) {}

  int majority() {
    return witnesses.size() / 2 + 1;
  }
}
