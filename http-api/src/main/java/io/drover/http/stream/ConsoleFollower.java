package io.drover.http.stream;

import io.drover.actor.api.ConsoleView;
import io.drover.actor.api.ControlPlane;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.units.VmId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A console as a stream: asks the host again and again, across migrations. It ends when the VM is
 * gone, or after a quiet time, so that no connection idles for ever; the client goes on from the
 * offset it has.
 */
public final class ConsoleFollower {
  /** Longest piece asked for at once. */
  public static final int PIECE_BYTES_LIMIT = 64 * 1024;

  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  /** Below the server's idle timeout: the stream ends in order, not as a broken connection. */
  private static final Duration QUIET_LIMIT = Duration.ofMinutes(4);

  private static final long QUIET_POLLS_LIMIT = QUIET_LIMIT.dividedBy(POLL_INTERVAL);

  private final ActorSystem<?> system;
  private final ControlPlane controlPlane;

  public ConsoleFollower(ActorSystem<?> system, ControlPlane controlPlane) {
    this.system = system;
    this.controlPlane = controlPlane;
  }

  /** The console from the end of {@code first} on, after {@code first} itself. */
  public Source<ByteString, NotUsed> follow(VmId vm, ConsoleView first) {
    long next = first.startOffset() + first.text().length;
    return Source.single(ByteString.fromArrayUnsafe(first.text()))
        .concat(Source.unfoldAsync(new Position(next, 0), position -> read(vm, position)));
  }

  /**
   * @param quietPolls how often nothing came, in a row
   */
  private record Position(long offset, long quietPolls) {}

  private CompletionStage<Optional<Pair<Position, ByteString>>> read(VmId vm, Position position) {
    if (position.quietPolls() >= QUIET_POLLS_LIMIT) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    Duration pause = position.quietPolls() == 0 ? Duration.ZERO : POLL_INTERVAL;
    return Patterns.after(
            pause, system, () -> controlPlane.console(vm, position.offset(), PIECE_BYTES_LIMIT))
        .thenApply(piece -> Optional.of(advance(position, piece)))
        .exceptionally(failure -> onFailure(position, failure));
  }

  private static Pair<Position, ByteString> advance(Position position, ConsoleView piece) {
    return piece.text().length == 0
        ? quiet(position)
        : Pair.create(
            new Position(piece.startOffset() + piece.text().length, 0),
            ByteString.fromArrayUnsafe(piece.text()));
  }

  private static Pair<Position, ByteString> quiet(Position position) {
    return Pair.create(
        new Position(position.offset(), position.quietPolls() + 1), ByteString.emptyByteString());
  }

  /** While the VM moves or its host is away there is no console; a VM that is gone ends it. */
  private static Optional<Pair<Position, ByteString>> onFailure(
      Position position, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof RefusedException e) {
      return e.refusal().kind() == Refusal.Kind.NOT_FOUND
          ? Optional.empty()
          : Optional.of(quiet(position));
    }
    throw new CompletionException(cause);
  }
}
