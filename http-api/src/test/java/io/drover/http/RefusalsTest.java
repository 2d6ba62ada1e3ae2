package io.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.drover.actor.api.Refusal;
import io.drover.actor.api.RefusedException;
import io.drover.http.ApiFixture.Answer;
import io.drover.http.exchange.Dispatcher;
import io.drover.http.problem.ProblemType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Bad input gets a clear problem and changes nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalsTest {
  private static final String VM = "vm-north-03-01k00000000000000000000zzz";

  private final ApiFixture api = new ApiFixture();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  RefusalsTest() {
    log.start();
    ((Logger) LoggerFactory.getLogger("io.drover.http.exchange.Failures")).addAppender(log);
  }

  @BeforeEach
  void forgetTheLog() {
    log.list.clear();
  }

  @AfterAll
  void close() {
    api.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name        | {}",
        "area        | {\"name\":\"a\"}",
        "image       | {\"name\":\"a\",\"area\":\"north\"}",
        "cpuMillis   | {\"name\":\"a\",\"area\":\"north\",\"image\":\"pulse\"}",
        "memoryBytes | {\"name\":\"a\",\"area\":\"north\",\"image\":\"pulse\",\"cpuMillis\":1}",
        "memoryBytes | {\"memoryBytes\":\"64MiB\"}",
        "memoryBytes | {\"memoryBytes\":\"67108864\"}",
        "memoryBytes | {\"memoryBytes\":6.5}",
        "memoryBytes | {\"memoryBytes\":99999999999999999999}",
        "cpuMillis   | {\"name\":\"a\",\"area\":\"north\",\"image\":\"pulse\",\"cpuMillis\":0}",
        "name        | {\"name\":7}",
        "name        | {\"name\":\" \"}",
        "area        | {\"name\":\"a\",\"area\":\"North\"}",
        "memory      | {\"memory\":64}",
        "arguments.rate | {\"arguments\":{\"rate\":5}}",
        "arguments.rate | {\"arguments\":{\"rate\":null}}",
        "arguments   | {\"arguments\":[]}",
        "onHostLoss  | {\"onHostLoss\":1}",
        "body        | [1]",
        "body        | null",
        "body        | {\"name\"",
        "body        | {\"name\":\"a\",\"name\":\"b\"}",
        "body        | {} {}",
      })
  void shouldNameTheFieldThatIsWrong(String field, String json) {
    Answer refused = api.post("/v1/vms", json);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.problem()).isEqualTo("invalid-request");
    assertThat(refused.field()).isEqualTo(field);
    assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(api.get("/v1/vms").json().get("items")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"16777217", "1", "0", "-65536"})
  void shouldRefuseMemoryThatNoGuestCanHave(String bytes) {
    Answer refused = api.post("/v1/vms", ApiFixture.newVm("odd").replace("67108864", bytes));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.field()).isEqualTo("memoryBytes");
    assertThat(refused.text("detail")).contains("multiple of 65536", "not " + bytes);
    assertThat(refused.text("facts/value")).isEqualTo(bytes);
    assertThat(refused.text("facts/granule")).isEqualTo("65536");
    assertThat(api.get("/v1/vms").json().get("items")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/vms/no-vm, vm, vm-<area>-<cell>",
    "/v1/vms/vm-north-03-short, vm, [0-9a-hjkmnp-tv-z]{26}",
    "/v1/hosts/h1, host, host-<area>-<cell>",
    "/v1/migrations/x, migration, mig-<area>-<cell>",
    "/v1/operations/x, operation, not an operation id",
    "/v1/areas/North, area, at most 24 characters",
    "/v1/vms?limit=0, limit, 1 to 500",
    "/v1/vms?limit=501, limit, 1 to 500",
    "/v1/events?limit=0, limit, 1 to 500",
    "/v1/vms?cursor=garbage, cursor, next of an earlier page",
    "/v1/vms?cursor=host-north-01-h1, cursor, next of an earlier page",
    "/v1/hosts?cursor=garbage, cursor, not \"garbage\"",
    "/v1/migrations?cursor=garbage, cursor, not \"garbage\"",
    "/v1/operations?cursor=garbage, cursor, not \"garbage\"",
    "/v1/areas?cursor=No-Area, cursor, not \"No-Area\"",
    "/v1/images?cursor=, cursor, next of an earlier page",
    "/v1/vms?limit=ten, limit, not \"ten\"",
    "/v1/vms?phase=sleeping, phase, STARTING",
    "/v1/vms?host=h1, host, host-<area>-<cell>",
    "/v1/vms?colour=red, colour, known",
    "/v1/migrations?active=yes, active, true or false",
    "/v1/events?after=-1, after, 0 to",
  })
  void shouldNameTheFormOfAMalformedParameter(String path, String field, String form) {
    Answer refused = api.get(path);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.field()).isEqualTo(field);
    assertThat(refused.text("detail")).contains(form);
  }

  @Test
  void shouldNameTheFieldOfAMigrateRequest() {
    String migrate = "/v1/vms/" + VM + ":migrate";

    assertThat(api.post(migrate, "{\"target\":\"h2\"}").field()).isEqualTo("target");
    assertThat(api.post(migrate, "{\"downtimeLimitMs\":0}").field()).isEqualTo("downtimeLimitMs");
    assertThat(api.post(migrate, "{\"downtimeLimit\":\"PT1S\"}").field())
        .isEqualTo("downtimeLimit");
    assertThat(api.post("/v1/vms/" + VM + ":stop", "{\"graceMs\":-1}").field())
        .isEqualTo("graceMs");
    assertThat(api.post("/v1/vms/" + VM + ":start", "{\"force\":true}").field()).isEqualTo("force");
    assertThat(api.post(migrate, "{}", "Idempotency-Key", "a b").field())
        .isEqualTo("Idempotency-Key");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/vms/" + VM + ", 404, not-found",
    "GET, /v1/areas/west, 404, not-found",
    "GET, /v1/machines, 404, no-such-route",
    "GET, /, 404, no-such-route",
    "GET, /v1/vms/, 404, no-such-route",
    "POST, /v1/vms/" + VM + ":explode, 404, no-such-route",
    "PUT, /v1/vms, 405, method-not-allowed",
    "GET, /v1/vms/" + VM + ":migrate, 405, method-not-allowed",
    "POST, /v1/vms, 400, invalid-request",
  })
  void shouldAnswerAProblemToWhatIsNotThere(
      String method, String path, int status, String problem) {
    Answer refused = api.send(method, path, "");

    assertThat(refused.status()).isEqualTo(status);
    assertThat(refused.problem()).isEqualTo(problem);
    assertThat(refused.text("instance")).isEqualTo(path);
  }

  @Test
  void shouldSayWhichMethodsARouteHas() {
    assertThat(api.send("PUT", "/v1/vms", "").header("Allow")).isEqualTo("GET, POST");
  }

  @Test
  void shouldTellTheReasonOfEachHostAndTheLimit() {
    Answer refused =
        api.post("/v1/vms", ApiFixture.newVm("huge").replace("67108864", "6871947673600"));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.problem()).isEqualTo("no-capacity");
    assertThat(refused.text("facts/limit")).isEqualTo("1024 MiB");
    assertThat(refused.text("hosts/1/reason")).isEqualTo("cordoned");
    assertThat(log.list)
        .singleElement()
        .satisfies(line -> assertThat(line.getLevel()).isEqualTo(Level.INFO));
  }

  @Test
  void shouldSayHowMuchMemoryAnImageNeeds() {
    Refusal refusal = Refusal.of(Refusal.Kind.NO_CAPACITY, "no host of area north can take it");
    api.fleet.nextFailure = () -> new RefusedException(refusal);
    Answer small = api.post("/v1/vms", ApiFixture.newVm("small").replace("67108864", "65536"));
    api.fleet.nextFailure = () -> new RefusedException(refusal);
    Answer other = api.post("/v1/vms", ApiFixture.newVm("other"));

    assertThat(small.status()).isEqualTo(409);
    assertThat(small.text("detail")).isEqualTo(refusal.detail());
    assertThat(small.json().at("/facts").toString())
        .isEqualTo(
            "{\"image\":\"pulse\",\"least\":\"16777216\",\"limit\":\"memoryBytes\",\"value\":\"65536\"}");
    assertThat(other.json().get("facts")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Refusal.Kind.class)
  void shouldAnswerEachKindOfRefusalWithItsOwnType(Refusal.Kind kind) {
    api.fleet.nextFailure = () -> new RefusedException(Refusal.of(kind, "why " + kind));

    Answer refused = api.get("/v1/vms/" + VM);

    assertThat(refused.status()).isEqualTo(ProblemType.of(kind).status());
    assertThat(refused.text("type")).isEqualTo(ProblemType.of(kind).urn());
    assertThat(refused.text("detail")).isEqualTo("why " + kind);
    assertThat(refused.header("Retry-After")).isEqualTo(refused.status() == 503 ? "1" : "");
  }

  @Test
  void shouldSayThatTheOutcomeOfAChangeIsUnknownWhenNobodyAnswers() {
    api.fleet.nextFailure = () -> new WrappedTimeout();
    assertThat(api.post("/v1/vms", ApiFixture.newVm("lost")).problem())
        .isEqualTo("unknown-outcome");

    api.fleet.nextFailure = () -> new WrappedTimeout();
    assertThat(api.get("/v1/vms/" + VM).problem()).isEqualTo("unavailable");
  }

  private static final class WrappedTimeout extends java.util.concurrent.CompletionException {
    private static final long serialVersionUID = 1L;

    WrappedTimeout() {
      super(new TimeoutException("ask"));
    }
  }

  @Test
  void shouldLogAnUnexpectedFailureOnceUnderItsIncident() {
    api.fleet.nextFailure = () -> new IllegalStateException("a bug");

    Answer failed = api.get("/v1/vms/" + VM);

    assertThat(failed.status()).isEqualTo(500);
    assertThat(failed.problem()).isEqualTo("internal-error");
    assertThat(failed.response().body()).doesNotContain("a bug");
    String incident = failed.text("facts/incident");
    await().until(() -> !log.list.isEmpty());
    assertThat(log.list).hasSize(1);
    ILoggingEvent line = log.list.getFirst();
    assertThat(line.getLevel()).isEqualTo(Level.ERROR);
    assertThat(line.getKeyValuePairs().toString()).contains(incident);
    assertThat(line.getThrowableProxy().getMessage()).isEqualTo("a bug");
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeOrNotJson() {
    String padding = " ".repeat(Dispatcher.BODY_LIMIT_BYTES);

    assertThat(api.post("/v1/vms", padding + "{}").problem()).isEqualTo("body-too-large");
    Answer form = api.post("/v1/vms", "a=b", "Content-Type", "text/plain");
    assertThat(form.status()).isEqualTo(415);
    assertThat(List.of(form.problem())).containsExactly("unsupported-media-type");
  }

  static List<Arguments> notHttp() {
    String end = " HTTP/1.1\r\nHost: x\r\n";
    return List.of(
        Arguments.of(400, "GET /v1/vms/%zz" + end),
        Arguments.of(414, "GET /" + "a".repeat(10_000) + end),
        Arguments.of(431, "GET /v1/vms" + end + "X-Long: " + "a".repeat(10_000) + "\r\n"),
        Arguments.of(501, "FLY /v1/vms" + end));
  }

  /** The JDK's client refuses to send such things, so they are written by hand. */
  @ParameterizedTest
  @MethodSource("notHttp")
  void shouldAnswerAProblemToWhatIsNotHttp(int status, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.uri("/").getPort())) {
      socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(answer)
          .startsWith("HTTP/1.1 " + status)
          .contains("application/problem+json", "\"status\":" + status);
      api.contract.checkBody(
          "/components/schemas/Problem", answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
  }
}
