package io.drover.multinode.check;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Wing and Gong's search for an order of concurrent operations that a sequential model allows, with
 * Lowe's memory of what was tried: the same operations done, the same state.
 *
 * <p>An operation without a known end may be done at any time after it was invoked, or never.
 *
 * @param <S> state of the model, a value
 * @param <O> operation
 */
final class Linearization<S, O> {
  /** A sequential model. */
  interface Model<S, O> {
    S initial();

    /** The state after it; empty when it could not have ended as it did. */
    Optional<S> after(S state, O operation);
  }

  /** When an operation was going on; {@code endNs} is {@link #NEVER} when its end is unknown. */
  record Span<O>(long startNs, long endNs, O operation) {}

  /** How a search ended. */
  enum Answer {
    LINEARIZABLE,
    NOT_LINEARIZABLE,
    /** The limit of steps was reached. */
    UNDECIDED
  }

  static final long NEVER = Long.MAX_VALUE;

  /** An invocation or a return, in a list that operations are taken out of and put back into. */
  private static final class Entry {
    private final int operation;
    private final @Nullable Entry match; // of an invocation: its return, if it has one
    private final boolean isInvocation;
    private @Nullable Entry next;
    private @Nullable Entry previous;

    private Entry(int operation, boolean isInvocation, @Nullable Entry match) {
      this.operation = operation;
      this.isInvocation = isInvocation;
      this.match = match;
    }

    private void unlink() {
      if (previous != null) {
        previous.next = next;
      }
      if (next != null) {
        next.previous = previous;
      }
    }

    private void relink() {
      if (previous != null) {
        previous.next = this;
      }
      if (next != null) {
        next.previous = this;
      }
    }
  }

  private record Configuration<S>(BitSet done, S state) {}

  private record Step<S>(Entry invocation, S before) {}

  private final Model<S, O> model;
  private final List<Span<O>> spans;
  private final long stepLimit;
  private int longest;

  Linearization(Model<S, O> model, List<Span<O>> spans, long stepLimit) {
    this.model = model;
    this.spans = List.copyOf(spans);
    this.stepLimit = stepLimit;
  }

  /** How many operations the longest order had that was found. */
  int longest() {
    return longest;
  }

  Answer search() {
    Entry head = entries();
    Set<Configuration<S>> seen = new HashSet<>();
    Deque<Step<S>> taken = new ArrayDeque<>();
    BitSet done = new BitSet(spans.size());
    S state = model.initial();
    int returnsLeft = (int) spans.stream().filter(span -> span.endNs() != NEVER).count();
    Entry entry = head.next;
    for (long steps = 0; returnsLeft > 0; steps++) {
      if (steps == stepLimit) {
        return Answer.UNDECIDED;
      }
      Optional<S> after = Optional.empty();
      if (entry != null && entry.isInvocation) {
        after = model.after(state, spans.get(entry.operation).operation());
        if (after.isPresent()) {
          done.set(entry.operation);
          if (!seen.add(new Configuration<>((BitSet) done.clone(), after.get()))) {
            done.clear(entry.operation);
            after = Optional.empty();
          }
        }
      }
      if (after.isPresent() && entry != null) {
        taken.push(new Step<>(entry, state));
        longest = Math.max(longest, taken.size());
        state = after.get();
        returnsLeft -= lift(entry) ? 1 : 0;
        entry = head.next;
      } else if (entry != null && entry.isInvocation) {
        entry = entry.next;
      } else { // a return of something not done, or the end: the last choice was wrong
        if (taken.isEmpty()) {
          return Answer.NOT_LINEARIZABLE;
        }
        Step<S> last = taken.pop();
        state = last.before();
        done.clear(last.invocation().operation);
        returnsLeft += unlift(last.invocation()) ? 1 : 0;
        entry = last.invocation().next;
      }
    }
    return Answer.LINEARIZABLE;
  }

  private static boolean lift(Entry invocation) {
    invocation.unlink();
    if (invocation.match == null) {
      return false;
    }
    invocation.match.unlink();
    return true;
  }

  /** In the opposite order, which is what makes unlinked entries still fit. */
  private static boolean unlift(Entry invocation) {
    if (invocation.match != null) {
      invocation.match.relink();
    }
    invocation.relink();
    return invocation.match != null;
  }

  /** The list by time; of two at the same time invocations first, as they then overlap. */
  private Entry entries() {
    record Timed(long atNs, Entry entry) {}
    Timed[] timed = new Timed[2 * spans.size()];
    int count = 0;
    for (int i = 0; i < spans.size(); i++) {
      Span<O> span = spans.get(i);
      Entry end = span.endNs() == NEVER ? null : new Entry(i, false, null);
      timed[count++] = new Timed(span.startNs(), new Entry(i, true, end));
      if (end != null) {
        timed[count++] = new Timed(span.endNs(), end);
      }
    }
    Timed[] sorted = Arrays.copyOf(timed, count);
    Arrays.sort(
        sorted,
        (a, b) ->
            a.atNs() == b.atNs()
                ? Boolean.compare(b.entry().isInvocation, a.entry().isInvocation)
                : Long.compare(a.atNs(), b.atNs()));
    Entry head = new Entry(-1, false, null);
    Entry last = head;
    for (Timed next : sorted) {
      last.next = next.entry();
      next.entry().previous = last;
      last = next.entry();
    }
    return head;
  }
}
