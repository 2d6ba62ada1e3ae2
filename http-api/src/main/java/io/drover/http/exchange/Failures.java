package io.drover.http.exchange;

import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.config.units.Spans;
import io.drover.http.problem.Problem;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Turns whatever stopped a request into a problem, and logs it: once, here. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final int SERVER_ERROR = 500;

  HttpResponse response(HttpRequest request, Throwable failure) {
    Throwable cause = unwrapped(failure);
    Problem problem = problem(request, cause);
    boolean unexpected = problem.status() == SERVER_ERROR;
    LOG.atLevel(problem.status() >= SERVER_ERROR ? Level.ERROR : Level.INFO)
        .setCause(unexpected ? cause : null)
        .addKeyValue("method", request.method().value())
        .addKeyValue("path", problem.instance())
        .addKeyValue("status", problem.status())
        .addKeyValue("problem", problem.type())
        .addKeyValue("detail", problem.detail())
        .addKeyValue("facts", problem.facts())
        .log("request failed");
    return Reply.problem(problem);
  }

  static ProblemException bodyTooLarge() {
    return new ProblemException(
        ProblemType.BODY_TOO_LARGE,
        "the body exceeds " + Dispatcher.BODY_LIMIT_BYTES + " bytes",
        Map.of("limit", Integer.toString(Dispatcher.BODY_LIMIT_BYTES)));
  }

  /** A body that does not come in time is no request: nobody was asked for anything. */
  static Throwable ofBody(Throwable failure, Duration limit) {
    return unwrapped(failure) instanceof TimeoutException
        ? ProblemException.invalid(
            "body", "the body did not come within %s".formatted(Spans.text(limit)))
        : failure;
  }

  private static Problem problem(HttpRequest request, Throwable cause) {
    String path = request.getUri().path();
    return switch (cause) {
      case ProblemException e -> Problem.of(e, path);
      case RefusedException e -> Problem.of(ProblemType.of(e.refusal().kind()), path, e.refusal());
      case EntityStreamSizeException _ -> Problem.of(bodyTooLarge(), path);
      case TimeoutException _ -> timedOut(request, path);
      default -> internalError(path);
    };
  }

  /** A read that timed out changed nothing; of anything else the outcome is unknown. */
  private static Problem timedOut(HttpRequest request, String path) {
    boolean read = request.method().isSafe();
    Refusal.Kind kind = read ? Refusal.Kind.UNAVAILABLE : Refusal.Kind.UNKNOWN_OUTCOME;
    String detail =
        read
            ? "no answer in time"
            : "no answer in time; ask again with the same Idempotency-Key, or look";
    return Problem.of(ProblemType.of(kind), path, Refusal.of(kind, detail));
  }

  private static Problem internalError(String path) {
    String incident = UUID.randomUUID().toString();
    return new Problem(
        ProblemType.INTERNAL_ERROR.urn(),
        ProblemType.INTERNAL_ERROR.title(),
        ProblemType.INTERNAL_ERROR.status(),
        "the node's log says more under incident " + incident,
        path,
        Map.of("incident", incident),
        List.of());
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
