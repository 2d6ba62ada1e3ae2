package io.drover.http.exchange;

import io.drover.http.model.Json;
import io.drover.http.problem.Problem;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Answers in the forms the contract knows. */
public final class Reply {
  private static final ContentType PROBLEM_JSON =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "application", "problem+json", HttpCharsets.UTF_8, Map.of(), false));

  private Reply() {}

  public static HttpResponse ok(Object model) {
    return json(StatusCodes.OK.intValue(), model);
  }

  public static HttpResponse json(int status, Object model) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.write(model)));
  }

  /** 201: it is in the journal, and found at {@code location}. */
  public static HttpResponse created(String location, Object model) {
    return json(StatusCodes.CREATED.intValue(), model)
        .addHeader(RawHeader.create("Location", location));
  }

  /** 202: the work goes on, even if this node dies; the operation tells how it ends. */
  public static HttpResponse accepted(String operationId, Object model) {
    return json(StatusCodes.ACCEPTED.intValue(), model)
        .addHeader(RawHeader.create("Location", "/v1/operations/" + operationId));
  }

  public static HttpResponse withEtag(HttpResponse response, long version) {
    return response.addHeader(RawHeader.create("ETag", "\"" + version + "\""));
  }

  /** 204: done, and nothing is left to show. */
  public static HttpResponse noContent() {
    return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
  }

  public static HttpResponse notModified(long version) {
    return withEtag(HttpResponse.create().withStatus(StatusCodes.NOT_MODIFIED), version);
  }

  public static HttpResponse problem(Problem problem) {
    HttpResponse response =
        HttpResponse.create()
            .withStatus(problem.status())
            .withEntity(HttpEntities.create(PROBLEM_JSON, Json.write(problem)));
    return problem.status() == StatusCodes.SERVICE_UNAVAILABLE.intValue()
        ? response.addHeader(RawHeader.create("Retry-After", "1"))
        : response;
  }
}
