package io.drover.actor.routing;

import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What becomes of an ask that got no answer. */
final class Calls {
  private Calls() {}

  /** A change: nobody knows whether it was done. */
  static <T> CompletionStage<T> change(CompletionStage<T> call, String what) {
    return call.exceptionallyCompose(failure ->
        timedOut(
            failure,
            Refusal.Kind.UNKNOWN_OUTCOME,
            what + ": no answer in time; it may have been done"));
  }

  /** A look-up: it may be repeated. */
  static <T> CompletionStage<T> read(CompletionStage<T> call, String what) {
    return call.exceptionallyCompose(
        failure -> timedOut(failure, Refusal.Kind.UNAVAILABLE, what + ": no answer in time"));
  }

  private static <T> CompletionStage<T> timedOut(
      Throwable failure, Refusal.Kind kind, String detail) {
    Throwable cause = cause(failure);
    return CompletableFuture.failedStage(
        cause instanceof TimeoutException ? new RefusedException(Refusal.of(kind, detail)) : cause);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** The refusal that a stage ended with; empty = it ended otherwise. */
  static Optional<Refusal> refusal(@Nullable Throwable failure) {
    return failure != null && cause(failure) instanceof RefusedException e
        ? Optional.of(e.refusal())
        : Optional.empty();
  }

  static boolean isNotFound(@Nullable Throwable failure) {
    return refusal(failure).filter(r -> r.kind() == Refusal.Kind.NOT_FOUND).isPresent();
  }

  static <T> CompletionStage<T> refused(Refusal refusal) {
    return CompletableFuture.failedStage(new RefusedException(refusal));
  }

  static <T> CompletionStage<T> refused(Refusal.Kind kind, String detail) {
    return refused(Refusal.of(kind, detail));
  }
}
