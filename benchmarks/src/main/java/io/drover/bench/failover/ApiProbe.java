package io.drover.bench.failover;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks the API for the same thing every 100 ms, without waiting for the answer before: one request
 * that got stuck hides nothing. Only 2xx counts as an answer.
 */
final class ApiProbe implements AutoCloseable {
  private static final long INTERVAL_MS = 100;
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(5);
  private static final int SUCCESS = 2;
  private static final double NS_PER_SECOND = 1e9;

  private final HttpClient http;
  private final HttpRequest request;
  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final ScheduledFuture<?> asking;

  private record Answer(long askedNs, long atNs) {}

  private ApiProbe(HttpClient http, HttpRequest request, ScheduledExecutorService timer) {
    this.http = http;
    this.request = request;
    this.asking = timer.scheduleAtFixedRate(this::ask, 0, INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  /** Reads. */
  static ApiProbe get(HttpClient http, URI uri, ScheduledExecutorService timer) {
    return new ApiProbe(
        http, HttpRequest.newBuilder(uri).timeout(REQUEST_LIMIT).GET().build(), timer);
  }

  /** Changes something once: every request has the same idempotency key. */
  static ApiProbe post(HttpClient http, URI uri, ScheduledExecutorService timer) {
    return new ApiProbe(
        http,
        HttpRequest.newBuilder(uri)
            .timeout(REQUEST_LIMIT)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build(),
        timer);
  }

  private void ask() {
    long askedNs = System.nanoTime();
    var _ =
        http.sendAsync(request, BodyHandlers.discarding())
            .whenComplete((response, _) -> {
              if (response != null && response.statusCode() / 100 == SUCCESS) {
                answers.add(new Answer(askedNs, System.nanoTime()));
              }
            });
  }

  /** When the first request made after that moment was answered. */
  Optional<Long> firstAnswerNs(long afterNs) {
    return answers.stream()
        .filter(answer -> answer.askedNs() - afterNs > 0)
        .map(Answer::atNs)
        .min(Long::compare);
  }

  /** The longest time without an answer since that moment, until the last answer. */
  double longestGapSeconds(long sinceNs) {
    List<Long> times =
        answers.stream().map(Answer::atNs).filter(at -> at - sinceNs > 0).sorted().toList();
    long longest = 0;
    long before = sinceNs;
    for (long at : times) {
      longest = Math.max(longest, at - before);
      before = at;
    }
    return longest / NS_PER_SECOND;
  }

  @Override
  public void close() {
    asking.cancel(false);
  }
}
