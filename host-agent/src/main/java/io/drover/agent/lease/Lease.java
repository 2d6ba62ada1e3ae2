package io.drover.agent.lease;

import io.drover.config.units.Epoch;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One host's lease, on that host: until when it lasts, by what its witnesses vouched for.
 *
 * <p>For each list the vouches are ordered by when they were <em>asked for</em>; the one that
 * completes the majority counts, the earliest of these over all lists, plus the time to live.
 * Within one epoch the deadline never goes back.
 *
 * <p>All times are nanoseconds of one clock of this host that also counts while it is suspended.
 * Not safe for several threads.
 */
public final class Lease {
  private @Nullable LeaseTerms terms;
  private @Nullable LeaseTerms acknowledged;
  private final Map<String, Long> askedNs = new HashMap<>(); // of the newest vouch, by witness
  private OptionalLong deadlineNs = OptionalLong.empty();
  private OptionalLong byTheseTermsNs = OptionalLong.empty();
  // Until when the host may rely on vouches of a list that nobody would revoke at any more.
  private OptionalLong owedNs = OptionalLong.empty();

  /**
   * Goes on where an earlier agent process stopped.
   *
   * @param earlier what it had; null when it left none
   */
  public void restore(LeaseTerms stored, @Nullable Deadline earlier) {
    if (terms != null) {
      throw new IllegalStateException("a lease is restored before anything else");
    }
    terms = stored;
    if (earlier == null) {
      return;
    }
    if (earlier.epoch.equals(stored.epoch())) {
      deadlineNs = OptionalLong.of(earlier.atNs);
    }
    if (earlier.equals(new Deadline(stored, earlier.atNs))) {
      byTheseTermsNs = OptionalLong.of(earlier.atNs);
    } else {
      owedNs = OptionalLong.of(earlier.atNs);
    }
  }

  /**
   * Whether terms would replace these, and are to be on disk before {@link #accept}: not when they
   * are the same, and not when they come from before these.
   */
  public boolean isNews(LeaseTerms offered) {
    return terms == null || !(offered.equals(terms) || offered.isBefore(terms));
  }

  /** Goes on under other terms, which are on disk. */
  public void accept(LeaseTerms stored) {
    if (!isNews(stored)) {
      throw new IllegalArgumentException("older than " + terms + ": " + stored);
    }
    LeaseTerms before = terms;
    terms = stored;
    if (deadlineNs.isPresent()) {
      owedNs = later(owedNs, deadlineNs);
    }
    if (before == null || !before.isSameLease(stored)) {
      deadlineNs = OptionalLong.empty();
      askedNs.clear();
    }
    askedNs.keySet().retainAll(idsOf(stored));
    count(stored);
  }

  private static List<String> idsOf(LeaseTerms terms) {
    return terms.witnesses().stream().map(WitnessList.Witness::id).toList();
  }

  /**
   * A witness vouched.
   *
   * @param sentNs when it was asked: the answer may have been long on its way
   */
  public void vouched(String witness, Epoch epoch, long sentNs) {
    LeaseTerms current = terms;
    if (current == null || !current.epoch().equals(epoch) || !idsOf(current).contains(witness)) {
      return;
    }
    askedNs.merge(witness, sentNs, Math::max);
    count(current);
  }

  private void count(LeaseTerms current) {
    byTheseTermsNs = OptionalLong.empty();
    List<Optional<Long>> counting = current.all().stream().map(this::completingMajority).toList();
    if (counting.stream().allMatch(Optional::isPresent)) {
      long sentNs = counting.stream().flatMap(Optional::stream).min(Long::compare).orElseThrow();
      byTheseTermsNs = OptionalLong.of(sentNs + current.ttl().toNanos());
      deadlineNs = later(deadlineNs, byTheseTermsNs);
    }
  }

  private Optional<Long> completingMajority(WitnessList list) {
    return list.witnesses().stream()
        .map(witness -> askedNs.get(witness.id()))
        .filter(Objects::nonNull)
        .sorted(Comparator.reverseOrder())
        .skip(list.majority() - 1L)
        .findFirst();
  }

  /** Witnesses whose last vouch, if there was one, was asked for before that time. */
  public int silentSince(long timeNs) {
    return (int)
        terms().stream()
            .flatMap(t -> idsOf(t).stream().distinct())
            .filter(id -> askedNs.getOrDefault(id, Long.MIN_VALUE) < timeNs)
            .count();
  }

  /** Empty while nothing was ever offered. */
  public Optional<LeaseTerms> terms() {
    return Optional.ofNullable(terms);
  }

  /** Empty before the first majority of this epoch; may have passed. */
  public OptionalLong deadlineNs() {
    return deadlineNs;
  }

  /** What has to be known of it after a restart of the agent. */
  public Optional<Deadline> deadline() {
    LeaseTerms current = terms;
    if (current == null || deadlineNs.isEmpty()) {
      return Optional.empty();
    }
    boolean isUnderTheseTerms = deadlineNs.equals(byTheseTermsNs);
    return Optional.of(
        isUnderTheseTerms
            ? new Deadline(current, deadlineNs.getAsLong())
            : new Deadline(current.epoch(), 0, 0, deadlineNs.getAsLong()));
  }

  /**
   * The terms by which all that this host still relies on was vouched for. Whoever revokes at their
   * witnesses knows how long to wait; so new terms are acknowledged only when a deadline they gave
   * is no earlier than what the ones before gave.
   */
  public Optional<LeaseTerms> acknowledged(long nowNs) {
    boolean isOwed =
        owedNs.isPresent()
            && owedNs.getAsLong() > nowNs
            && owedNs.getAsLong() > byTheseTermsNs.orElse(Long.MIN_VALUE);
    if (!isOwed) {
      acknowledged = terms;
      owedNs = OptionalLong.empty();
    }
    return Optional.ofNullable(acknowledged);
  }

  private static OptionalLong later(OptionalLong one, OptionalLong other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isPresent() ? one : other;
    }
    return OptionalLong.of(Math.max(one.getAsLong(), other.getAsLong()));
  }

  /**
   * Until when a host has its lease, and by which lists.
   *
   * @param activeVersion 0 when it comes from other lists than the present ones
   * @param pendingVersion 0 when there was none
   */
  public record Deadline(Epoch epoch, long activeVersion, long pendingVersion, long atNs) {
    Deadline(LeaseTerms terms, long atNs) {
      this(
          terms.epoch(),
          terms.active().version(),
          terms.pending().map(WitnessList::version).orElse(0L),
          atNs);
    }
  }
}
