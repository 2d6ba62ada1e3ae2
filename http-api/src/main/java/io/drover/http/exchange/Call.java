package io.drover.http.exchange;

import io.drover.actor.api.ControlPlane.Terms;
import io.drover.actor.api.FleetViews.PageRequest;
import io.drover.http.model.Json;
import io.drover.http.problem.ProblemException;
import io.drover.http.problem.ProblemType;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * One request, its path taken apart and its body in memory. Every accessor throws a {@link
 * ProblemException} that names the part it cannot use.
 */
public final class Call {
  private static final int PAGE_SIZE = 100;
  private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[!-~]{1,128}");
  private static final Pattern ETAG = Pattern.compile("\"(\\d{1,18})\"");

  private final HttpRequest request;
  private final Map<String, String> variables;
  private final HttpEntity.Strict body;

  Call(HttpRequest request, Map<String, String> variables, HttpEntity.Strict body) {
    this.request = request;
    this.variables = variables;
    this.body = body;
  }

  /** A path variable, parsed as the id it must be. */
  public <T> T id(String variable, Function<String, T> parse) {
    return parsed(variable, variables.getOrDefault(variable, ""), parse);
  }

  public Optional<String> query(String name) {
    return request.getUri().query().get(name);
  }

  /** A query parameter, parsed. */
  public <T> Optional<T> query(String name, Function<String, T> parse) {
    return query(name).map(value -> parsed(name, value, parse));
  }

  /** A query parameter that is a number from 0 to {@code high}. */
  public OptionalLong number(String name, long high) {
    return number(name, 0, high);
  }

  private OptionalLong number(String name, long low, long high) {
    Optional<String> text = query(name);
    return text.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(number(name, text.get(), low, high));
  }

  /** A query parameter that is {@code true} or {@code false}; false when absent. */
  public boolean flag(String name) {
    return query(name)
        .map(text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw ProblemException.invalid(name, name + " must be true or false");
            })
        .orElse(false);
  }

  /** The parameter {@code limit}: how many things a page has. */
  public int limit() {
    return (int) number("limit", 1, PageRequest.LIMIT).orElse(PAGE_SIZE);
  }

  /**
   * The parameters {@code limit} and {@code cursor}.
   *
   * @param parseId of what is listed: a cursor is the id of the last thing of an earlier page
   */
  public PageRequest page(Function<String, ?> parseId) {
    Optional<String> cursor = query("cursor");
    cursor.ifPresent(text -> requireCursor(text, parseId));
    return new PageRequest(cursor, limit());
  }

  private static void requireCursor(String text, Function<String, ?> parseId) {
    try {
      var _ = parseId.apply(text);
    } catch (IllegalArgumentException _) {
      throw new ProblemException(
          ProblemType.INVALID_REQUEST,
          "cursor must be the next of an earlier page of this list, not \"" + text + "\"",
          Map.of("field", "cursor", "value", text));
    }
  }

  public Optional<String> header(String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  /** Whether the client would rather have this media type than JSON. */
  public boolean accepts(String mediaType) {
    return header("Accept").map(accept -> accept.contains(mediaType)).orElse(false);
  }

  public Optional<String> idempotencyKey() {
    Optional<String> key = header("Idempotency-Key");
    if (key.isPresent() && !IDEMPOTENCY_KEY.matcher(key.get()).matches()) {
      throw ProblemException.invalid(
          "Idempotency-Key", "Idempotency-Key must be 1 to 128 visible ASCII characters");
    }
    return key;
  }

  /** {@code Idempotency-Key} and {@code If-Match}; {@code If-Match: *} is any version. */
  public Terms terms() {
    return new Terms(idempotencyKey(), version("If-Match"));
  }

  /** The version the client has. */
  public OptionalLong ifNoneMatch() {
    return version("If-None-Match");
  }

  private OptionalLong version(String header) {
    Optional<String> tag = header(header);
    if (tag.isEmpty() || tag.get().equals("*")) {
      return OptionalLong.empty();
    }
    var matcher = ETAG.matcher(tag.get().strip());
    if (!matcher.matches()) {
      throw ProblemException.invalid(
          header, header + " must be one ETag as answered before, such as \"12\"");
    }
    return OptionalLong.of(Long.parseLong(matcher.group(1)));
  }

  /** The body of a streamed endpoint as it comes; to be run or discarded, once. */
  public Source<ByteString, Object> data() {
    return request.entity().withoutSizeLimit().getDataBytes();
  }

  /** Bytes of the body of a streamed endpoint; empty when the client does not say. */
  public OptionalLong dataLength() {
    return request.entity().getContentLengthOption();
  }

  /** The JSON body. */
  public <T> T body(Class<T> type) {
    if (body.getData().isEmpty()) {
      throw ProblemException.invalid("body", "a JSON body is required");
    }
    if (!body.getContentType().mediaType().equals(MediaTypes.APPLICATION_JSON)) {
      throw new ProblemException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type must be application/json, not " + body.getContentType(),
          Map.of("value", body.getContentType().toString()));
    }
    return Json.read(body.getData().toArray(), type);
  }

  /** The JSON body, or {@code absent} when there is none. */
  public <T> T body(Class<T> type, T absent) {
    return body.getData().isEmpty() ? absent : body(type);
  }

  String path() {
    return request.getUri().path();
  }

  /** The number {@code text} is, from 0 to {@code high}. */
  public static long number(String name, String text, long high) {
    return number(name, text, 0, high);
  }

  private static long number(String name, String text, long low, long high) {
    try {
      long value = Long.parseLong(text);
      if (value >= low && value <= high) {
        return value;
      }
    } catch (NumberFormatException _) {
      // refused below, like one out of range
    }
    throw ProblemException.invalid(
        name, "%s must be a number from %d to %d, not \"%s\"".formatted(name, low, high, text));
  }

  private static <T> T parsed(String name, String value, Function<String, T> parse) {
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException e) {
      throw ProblemException.invalid(name, String.valueOf(e.getMessage()));
    }
  }
}
