package io.drover.http.stream;

import io.drover.actor.api.ImageStore;
import io.drover.actor.api.ImageStore.Completed;
import io.drover.actor.api.ImageStore.Upload;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Hands a request's body to an image store, piece by piece; one piece is in memory at a time. */
public final class ImageReceiver {
  /** Read on after a refusal when nobody knows how much there is. */
  private static final long DRAIN_LIMIT_BYTES = 64L << 20;

  private final ClassicActorSystemProvider system;

  public ImageReceiver(ClassicActorSystemProvider system) {
    this.system = system;
  }

  /**
   * Takes the body to its end: a client that is still sending would not hear an answer. Whatever
   * fails, the upload is abandoned.
   *
   * @param length of the body, when the client says it
   */
  public CompletionStage<Completed> receive(
      Source<ByteString, Object> data, OptionalLong length, Upload upload) {
    long drainLimit = length.orElse(DRAIN_LIMIT_BYTES);
    return pieces(data)
        .runWith(
            Sink.foldAsync(Progress.NONE, (done, piece) -> take(done, piece, upload, drainLimit)),
            system)
        .handle((progress, broken) ->
            Optional.ofNullable(broken)
                .<Throwable>map(ImageReceiver::brokenOff)
                .or(() -> progress.failure()))
        .thenCompose(failure ->
            failure.isPresent()
                ? CompletableFuture.<Completed>failedStage(failure.get())
                : upload.complete())
        .handle((completed, failure) ->
            failure == null
                ? CompletableFuture.completedStage(completed)
                : upload
                    .abandon()
                    .handle((_, _) -> failure) // what cannot be removed now is collected later
                    .<Completed>thenCompose(CompletableFuture::failedStage))
        .thenCompose(stage -> stage);
  }

  /** Reads what a refused client still sends, as far as that is worth it. */
  public void discard(Source<ByteString, Object> data) {
    var _ =
        data.limitWeighted(DRAIN_LIMIT_BYTES, bytes -> (long) bytes.size())
            .runWith(Sink.ignore(), system);
  }

  private static CompletionStage<Progress> take(
      Progress done, byte[] piece, Upload upload, long drainLimit) {
    if (done.failure().isPresent()) {
      long drained = done.drained() + piece.length;
      return drained > drainLimit
          ? CompletableFuture.failedStage(new DrainedException(done.failure().get()))
          : CompletableFuture.completedStage(new Progress(done.failure(), drained));
    }
    return upload
        .append(piece)
        .handle((_, failure) ->
            failure == null ? done : new Progress(Optional.of(unwrapped(failure)), 0));
  }

  /** What the store refused, or else the way from the client. */
  private static Throwable brokenOff(Throwable failure) {
    Throwable cause = unwrapped(failure);
    return cause instanceof DrainedException drained
        ? drained.refusal
        : new ProblemException(
            ProblemType.INVALID_REQUEST,
            "the body broke off: " + cause.getMessage(),
            Map.of("field", "body"));
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static Source<byte[], Object> pieces(Source<ByteString, Object> data) {
    return data.statefulMap(
            ByteString::emptyByteString,
            (rest, bytes) -> cut(rest.concat(bytes)),
            rest -> rest.isEmpty() ? Optional.empty() : Optional.of(List.of(rest.toArray())))
        .mapConcat(pieces -> pieces);
  }

  private static Pair<ByteString, List<byte[]>> cut(ByteString bytes) {
    ByteString rest = bytes;
    List<byte[]> whole = new ArrayList<>();
    while (rest.size() >= ImageStore.PIECE_BYTES) {
      whole.add(rest.take(ImageStore.PIECE_BYTES).toArray());
      rest = rest.drop(ImageStore.PIECE_BYTES);
    }
    return Pair.create(rest, whole);
  }

  /**
   * How far it is.
   *
   * @param failure of the first piece that could not be stored
   * @param drained bytes read since
   */
  private record Progress(Optional<Throwable> failure, long drained) {
    static final Progress NONE = new Progress(Optional.empty(), 0);
  }

  /** Ends the stream of a client that sends on and on after a refusal. */
  private static final class DrainedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Throwable refusal;

    private DrainedException(Throwable refusal) {
      super("drained", refusal, false, false);
      this.refusal = refusal;
    }
  }
}
