package io.drover.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.cli.client.Api;
import io.drover.cli.client.Names;
import io.drover.cli.client.UnreachableException;
import io.drover.cli.output.Table;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one run of the client works with. */
final class Session {
  static final int DONE = 0;
  static final int REFUSED = 1;
  static final int USAGE = 2;
  static final int UNREACHABLE = 3;

  /** How long a control node may be away while something is watched. */
  private static final int RETRY_LIMIT = 60;

  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private final Terminal terminal;
  private final DroverCommand options;
  private @Nullable Api api;

  Session(Terminal terminal, DroverCommand options) {
    this.terminal = terminal;
    this.options = options;
  }

  Api api() {
    Api existing = api;
    if (existing == null) {
      existing = new Api(options.server);
      api = existing;
    }
    return existing;
  }

  Names names() {
    return new Names(api());
  }

  Terminal terminal() {
    return terminal;
  }

  PrintStream out() {
    return terminal.out();
  }

  Instant now() {
    return terminal.clock().instant();
  }

  boolean isJson() {
    return options.output == DroverCommand.Output.json;
  }

  boolean isWide() {
    return options.output == DroverCommand.Output.wide;
  }

  /** A table in the width that was asked for. */
  Table table(String... headers) {
    return new Table(isWide(), headers);
  }

  /** Prints one thing: as the server said it, or as {@code text}. */
  int print(JsonNode thing, Supplier<String> text) {
    terminal.out().print(isJson() ? pretty(thing) + "\n" : text.get());
    return DONE;
  }

  /** Prints a list. */
  int print(List<JsonNode> items, Supplier<String> text) {
    ObjectNode page = Api.JSON.createObjectNode();
    page.putArray("items").addAll(items);
    return print(page, text);
  }

  private static String pretty(JsonNode thing) {
    try {
      return Api.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(thing);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // what was parsed can be written
    }
  }

  void pause(Duration duration) {
    try {
      terminal.pause().of(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("interrupted", e);
    }
  }

  /** Asks again while no control node answers: one may just be dying, and another taking over. */
  <T> T patiently(Supplier<T> question) {
    for (int attempt = 1; ; attempt++) {
      try {
        return question.get();
      } catch (UnreachableException e) {
        if (attempt == RETRY_LIMIT || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        if (attempt == 1) {
          terminal.err().println("drover: " + e.getMessage() + "; asking again");
        }
        pause(RETRY_PAUSE);
      }
    }
  }
}
