package io.drover.actor.api;

import io.drover.actor.CborSerializable;
import java.util.List;
import java.util.Map;

/**
 * Why a request was not done: what, which id, which limit, which value. Nothing was changed, except
 * when the kind is {@link Kind#UNKNOWN_OUTCOME}.
 *
 * @param detail a sentence for people
 * @param facts the same for programs: {@code limit}, {@code value}, {@code migration} …
 * @param hosts where hosts were looked at: the first reason against each
 */
public record Refusal(Kind kind, String detail, Map<String, String> facts, List<HostReason> hosts)
    implements CborSerializable {
  public Refusal {
    facts = Map.copyOf(facts);
    hosts = List.copyOf(hosts);
  }

  public static Refusal of(Kind kind, String detail) {
    return new Refusal(kind, detail, Map.of(), List.of());
  }

  /** A change was asked for on the terms of an older version. */
  public static Refusal versionMismatch(String id, long version, long expected) {
    return new Refusal(
        Kind.VERSION_MISMATCH,
        "%s has version %d, not %d".formatted(id, version, expected),
        Map.of("version", Long.toString(version), "expected", Long.toString(expected)),
        List.of());
  }

  /** The reason against one host, for people. */
  public record HostReason(String host, String reason) implements CborSerializable {}

  /** Each kind is one problem type of the API, for ever. */
  public enum Kind {
    /** The text cannot be such an id, or a value is out of its range. */
    INVALID,
    NOT_FOUND,
    /** The state does not allow it. */
    CONFLICT,
    /** Another migration of this VM is under way. */
    MIGRATION_IN_PROGRESS,
    /** No host can take it; {@code hosts} says why, each. */
    NO_CAPACITY,
    /** If-Match named another version. */
    VERSION_MISMATCH,
    /** The same Idempotency-Key came with another request. */
    IDEMPOTENCY_MISMATCH,
    /** Not possible now; the same request may succeed later. */
    UNAVAILABLE,
    /** Nobody knows whether it was done: ask again with the same Idempotency-Key. */
    UNKNOWN_OUTCOME,
    /** What was sent is not an image, not all of it, or not the one that was announced. */
    UNUSABLE_IMAGE,
    /** It is larger than anything that is taken. */
    TOO_LARGE,
    /** Of an area: a backup that is not known, or a cycle. */
    INVALID_HIERARCHY,
    /** An area that is to take over has no control node, or no room; {@code facts} has figures. */
    NO_HEADROOM
  }
}
