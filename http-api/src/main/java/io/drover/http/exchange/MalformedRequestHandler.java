package io.drover.http.exchange;

import io.drover.http.problem.Problem;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.util.Map;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * Answers what never becomes a request, because it is not HTTP. Made by Pekko, by name; its status
 * (a URI too long, an unknown method …) is kept.
 */
public final class MalformedRequestHandler extends ParsingErrorHandler {
  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    log.info("malformed request: {}", error.summary());
    ProblemException malformed =
        new ProblemException(ProblemType.INVALID_REQUEST, error.summary(), Map.of());
    return Reply.problem(Problem.of(malformed, "").withStatus(status.intValue()));
  }
}
