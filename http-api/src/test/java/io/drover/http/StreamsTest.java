package io.drover.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.drover.http.ApiFixture.Answer;
import io.drover.http.stream.EventFeed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Events and consoles that go on. */
class StreamsTest {
  private final ApiFixture api = new ApiFixture();

  @AfterEach
  void close() {
    api.close();
  }

  private BufferedReader open(String path, String... headers)
      throws IOException, InterruptedException {
    HttpResponse<java.io.InputStream> response =
        api.http.send(
            HttpRequest.newBuilder(api.uri(path)).headers(headers).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private static String next(BufferedReader lines, String prefix) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.startsWith(prefix)) {
      line = lines.readLine();
    }
    return line == null ? "" : line.substring(prefix.length());
  }

  @Test
  void shouldGoOnAfterTheLastEventTheClientHas() throws Exception {
    List.of("a", "b", "c").forEach(subject -> api.fleet.publish("vm.started", subject));

    try (BufferedReader events =
        open("/v1/events", "Accept", "text/event-stream", "Last-Event-ID", "2")) {
      assertThat(next(events, "id: ")).isEqualTo("4");
      assertThat(next(events, "id: ")).isEqualTo("6");
      api.fleet.publish("vm.stopped", "d");
      assertThat(next(events, "id: ")).isEqualTo("8");
      assertThat(next(events, "event: ")).isEqualTo("vm.stopped");
      String json = next(events, "data: ");
      api.contract.checkBody("/components/schemas/Event", json);
      assertThat(json).contains("\"subject\":\"d\"", "\"facts\":{\"reason\":\"test\"}");
    }
  }

  @Test
  void shouldStartWithWhatHappensFromNowOn() throws Exception {
    api.fleet.publish("vm.started", "old");

    try (BufferedReader events = open("/v1/events", "Accept", "text/event-stream")) {
      assertThat(next(events, ": ")).isEqualTo("heartbeat"); // it has its position
      api.fleet.publish("vm.started", "new");
      assertThat(next(events, "id: ")).isEqualTo("4");
    }
  }

  @Test
  void shouldReadThePastAsPages() {
    List.of("a", "b", "c").forEach(subject -> api.fleet.publish("vm.started", subject));

    Answer first = api.get("/v1/events?limit=2");
    Answer second = api.get("/v1/events?after=" + first.text("next"));

    assertThat(first.json().get("items")).hasSize(2);
    assertThat(second.text("items/0/subject")).isEqualTo("c");
    assertThat(api.get("/v1/events?last=2").text("items/0/subject")).isEqualTo("c");
    assertThat(api.get("/v1/events?after=6").text("next")).isEqualTo("6");
  }

  @Test
  void shouldRefuseToWaitBehindTheNewestEvent() {
    List.of("a", "b", "c").forEach(subject -> api.fleet.publish("vm.started", subject));

    Answer refused =
        api.get("/v1/events?after=2", "Accept", "text/event-stream", "Last-Event-ID", "7");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.field()).isEqualTo("Last-Event-ID");
    assertThat(refused.text("detail")).isEqualTo("Last-Event-ID is 7, but the newest event is 6");
    assertThat(refused.text("facts/newest")).isEqualTo("6");
    assertThat(api.get("/v1/events?after=7", "Accept", "text/event-stream").field())
        .isEqualTo("after");
    assertThat(api.get("/v1/events?after=7").field()).isEqualTo("after");
  }

  /** Many clients, each with every event in order, from one poller, and then silence. */
  @Test
  void shouldServeManyClientsFromOnePollerAndStopWhenAllAreGone() {
    EventFeed feed =
        new EventFeed(api.kit.system(), api.fleet, Duration.ofMillis(20), Duration.ofMillis(100));
    int clients = 200;
    List<CopyOnWriteArrayList<String>> received =
        IntStream.range(0, clients).mapToObj(_ -> new CopyOnWriteArrayList<String>()).toList();
    List<UniqueKillSwitch> switches =
        received.stream().map(texts -> subscribe(feed, texts)).toList();
    await().until(() -> feed.subscribers() == clients);
    await().until(() -> received.stream().allMatch(texts -> texts.toString().contains("heart")));
    int readsBefore = api.fleet.eventReads.get();

    IntStream.range(0, 50).forEach(i -> api.fleet.publish("vm.started", "vm-" + i));

    await()
        .until(() -> received.stream().allMatch(texts -> texts.toString().contains("id: 100\n")));
    for (List<String> texts : received) {
      assertThat(String.join("", texts).lines().filter(line -> line.startsWith("id: ")).toList())
          .isEqualTo(IntStream.rangeClosed(1, 50).mapToObj(i -> "id: " + 2 * i).toList());
    }
    assertThat(api.fleet.eventReads.get() - readsBefore).isLessThan(clients);
    switches.forEach(UniqueKillSwitch::shutdown);
    await().until(() -> feed.subscribers() == 0);
    await()
        .pollInterval(Duration.ofMillis(100))
        .until(() -> {
          int reads = api.fleet.eventReads.get();
          await().pollDelay(Duration.ofMillis(60)).until(() -> true);
          return api.fleet.eventReads.get() == reads;
        });
  }

  private UniqueKillSwitch subscribe(EventFeed feed, List<String> texts) {
    return feed.follow(OptionalLong.of(0))
        .viaMat(KillSwitches.<ByteString>single(), Keep.right())
        .to(Sink.foreach(bytes -> texts.add(bytes.utf8String())))
        .run(api.kit.system());
  }

  @Test
  void shouldGoOnWhenTheReadSideFailedForAWhileAndSaySoOnce() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    ((Logger) LoggerFactory.getLogger("io.drover.http.stream.RecentEvents")).addAppender(log);
    EventFeed feed =
        new EventFeed(api.kit.system(), api.fleet, Duration.ofMillis(20), Duration.ofMillis(20));
    List<String> texts = new CopyOnWriteArrayList<>();
    UniqueKillSwitch client = subscribe(feed, texts);
    await().until(() -> texts.size() > 3); // it is served by the poller now

    api.fleet.nextFailure = () -> new IllegalStateException("read side away");
    await().until(() -> log.list.size() == 2);
    api.fleet.publish("vm.started", "a");

    await().until(() -> texts.toString().contains("id: 2\n"));
    assertThat(log.list)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("event poll failed; going on", "event poll works again");
    client.shutdown();
  }

  @Test
  void shouldReadAConsoleFromAnOffset() {
    String console = "/v1/vms/" + api.createVm("talker") + "/console";
    api.fleet.consoleText = "hello world\n".getBytes(StandardCharsets.UTF_8);

    Answer answer = api.get(console + "?fromOffset=6");

    assertThat(answer.response().body()).isEqualTo("world\n");
    assertThat(answer.header("Drover-Console-Start")).isEqualTo("6");
    assertThat(answer.header("Drover-Console-Next")).isEqualTo("12");
    assertThat(api.get(console + "?follow=maybe").field()).isEqualTo("follow");
    assertThat(api.get(console + "?fromOffset=x").field()).isEqualTo("fromOffset");
  }

  @Test
  void shouldFollowAConsoleUntilTheVmIsGone() throws Exception {
    String vm = "/v1/vms/" + api.createVm("talker");
    api.fleet.consoleText = "one\n".getBytes(StandardCharsets.UTF_8);

    try (BufferedReader console = open(vm + "/console?follow=true", "Accept", "text/plain")) {
      assertThat(console.readLine()).isEqualTo("one");
      api.fleet.consoleText = "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
      assertThat(console.readLine()).isEqualTo("two");
      api.send("DELETE", vm, "");
      assertThat(console.readLine()).isNull();
    }
  }
}
