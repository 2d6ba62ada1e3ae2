package io.drover.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.drover.cli.client.Api;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code drover events}: a line per event, with {@code --output wide} its facts, too; with {@code
 * --output json} a JSON object per line.
 */
@Command(
    name = "events",
    description =
        "What happens, or what happened: sequence, time (UTC), type, subject; wide: date and facts.")
final class EventsCommand implements Callable<Integer> {
  private static final String DATA = "data: ";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Duration RECONNECT_PAUSE = Duration.ofSeconds(1);

  private final Session session;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what happens from now on.")
  private boolean follow;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "100",
      description = "How far back to look, in sequence numbers (default: 100).")
  private long last;

  EventsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    long position = past();
    while (follow) {
      long after = position;
      position = session.patiently(() -> stream(after));
      session.pause(RECONNECT_PAUSE);
    }
    return Session.DONE;
  }

  /** Prints what is stored; returns the sequence to go on after. */
  private long past() {
    JsonNode page = session.api().get("/v1/events?limit=500&last=" + last);
    while (!page.path("items").isEmpty()) {
      page.path("items").forEach(this::print);
      page = session.api().get("/v1/events?limit=500&after=" + page.path("next").asLong());
    }
    return page.path("next").asLong();
  }

  /** Prints until the stream ends; returns the sequence to go on after. */
  private long stream(long after) {
    long position = after;
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", "text/event-stream");
    headers.put("Last-Event-ID", Long.toString(after));
    var response = session.api().stream("/v1/events", headers);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(DATA)) {
          JsonNode event = parse(line.substring(DATA.length()));
          print(event);
          position = event.path("sequence").asLong();
        }
      }
    } catch (IOException e) {
      session.terminal().err().println("drover: the connection broke; going on after " + position);
    }
    return position;
  }

  private static JsonNode parse(String json) {
    try {
      return Api.JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("the server sent an event that is no JSON", e);
    }
  }

  private void print(JsonNode event) {
    session.out().println(session.isJson() ? event.toString() : line(event));
  }

  private String line(JsonNode event) {
    long sequence = event.path("sequence").asLong();
    String at = event.path("at").asText();
    String type = event.path("type").asText();
    String subject = event.path("subject").asText();
    return session.isWide()
        ? "%-8d %-27s  %-28s %s  %s".formatted(sequence, at, type, subject, event.path("facts"))
        : "%-5d %s %-25s %s".formatted(sequence, TIME.format(Instant.parse(at)), type, subject);
  }
}
