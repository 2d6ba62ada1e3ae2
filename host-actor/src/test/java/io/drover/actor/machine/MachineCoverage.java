package io.drover.actor.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Watches a state machine's test: which pair of state and input it has visited and what came of it.
 * Fails on a pair that was not visited, and holds {@code docs/state-machines/<name>.md} against
 * what was seen. {@code -Dregenerate=true} writes the file instead.
 *
 * <p>States and inputs are named by their simple class names; both roots are sealed.
 */
public final class MachineCoverage {
  private static final Path DOCUMENTS = Path.of("..", "docs", "state-machines");

  /** What a machine does with an input that cannot come in this state. */
  public static final String IMPOSSIBLE = "impossible";

  /** What a machine does with an input that changes and answers nothing. */
  public static final String NOTHING = "–";

  private final String name;
  private final List<String> states;
  private final List<String> events;
  private final List<String> commands;
  private final Map<String, Map<String, String>> results = new TreeMap<>();
  private final Map<String, TreeSet<String>> arrows = new TreeMap<>();

  /**
   * A machine to watch.
   *
   * @param commandRoots sealed; empty when only events are watched
   */
  public MachineCoverage(
      String name, Class<?> stateRoot, Class<?> eventRoot, List<Class<?>> commandRoots) {
    this.name = name;
    this.states = namesOf(stateRoot);
    this.events = namesOf(eventRoot);
    this.commands = commandRoots.stream().flatMap(r -> namesOf(r).stream()).distinct().toList();
  }

  /** The members of a sealed type, in the order of their declaration. */
  public static List<Class<?>> membersOf(Class<?> root) {
    if (!root.isSealed()) {
      return List.of(root);
    }
    return Arrays.stream(root.getPermittedSubclasses())
        .flatMap(c -> membersOf(c).stream())
        .distinct()
        .toList();
  }

  private static List<String> namesOf(Class<?> root) {
    return membersOf(root).stream().map(Class::getSimpleName).toList();
  }

  /**
   * Has every event follow every state. What the machine refuses must be an {@link
   * IllegalStateException} that speaks of a corrupt journal.
   */
  public <S, E> void visitEvents(
      List<? extends S> stateSamples, List<? extends E> eventSamples, BiFunction<S, E, S> evolve) {
    for (S state : stateSamples) {
      for (E event : eventSamples) {
        try {
          S next = evolve.apply(state, event);
          visited(state, event, nameOf(next));
          arrows
              .computeIfAbsent(nameOf(state) + " --> " + nameOf(next), _ -> new TreeSet<>())
              .add(nameOf(event));
        } catch (IllegalStateException e) {
          assertThat(e).hasMessageContaining("corrupt journal");
          visited(state, event, IMPOSSIBLE);
        }
      }
    }
  }

  /** The machine was given this input in this state; several results of a pair are all kept. */
  public void visited(Object state, Object input, String result) {
    results
        .computeIfAbsent(nameOf(input), _ -> new TreeMap<>())
        .merge(nameOf(state), result, MachineCoverage::both);
  }

  private static String both(String a, String b) {
    return List.of(a.split("; ")).contains(b) ? a : a + "; " + b;
  }

  private static String nameOf(Object value) {
    return value.getClass().getSimpleName();
  }

  /** Every pair was visited, and the document says what was seen. */
  public void assertCompleteAndDocumented() {
    assertThat(unvisited()).as("pairs of state and input that were not visited").isEmpty();
    Path file = DOCUMENTS.resolve(name + ".md");
    String document = document();
    try {
      if (Boolean.getBoolean("regenerate")) {
        Files.createDirectories(DOCUMENTS);
        Files.writeString(file, document);
      }
      assertThat(file)
          .as("regenerate it with -Dregenerate=true when the machine was meant to change")
          .content()
          .isEqualTo(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> unvisited() {
    List<String> missing = new ArrayList<>();
    List<String> inputs = new ArrayList<>(events);
    inputs.addAll(commands);
    for (String input : inputs) {
      for (String state : states) {
        if (!results.getOrDefault(input, Map.of()).containsKey(state)) {
          missing.add(state + " × " + input);
        }
      }
    }
    return missing;
  }

  private String document() {
    StringBuilder text = new StringBuilder();
    text.append("# State machine: ").append(name).append("\n\n");
    text.append("Written by a test that visits every pair; do not edit.\n\n");
    text.append("```mermaid\nstateDiagram-v2\n    [*] --> ").append(states.getFirst()).append('\n');
    arrows.forEach((arrow, labels) ->
        text.append("    ")
            .append(arrow)
            .append(" : ")
            .append(String.join(", ", labels))
            .append('\n'));
    text.append("```\n");
    table(text, "What each event leads to (empty: cannot come)", events);
    if (!commands.isEmpty()) {
      table(text, "What each command does", commands);
    }
    return text.toString();
  }

  private void table(StringBuilder text, String title, List<String> inputs) {
    text.append("\n## ").append(title).append("\n\n| |");
    states.forEach(s -> text.append(' ').append(s).append(" |"));
    text.append("\n|---|").append("---|".repeat(states.size())).append('\n');
    for (String input : inputs) {
      text.append("| ").append(input).append(" |");
      for (String state : states) {
        String result = results.getOrDefault(input, Map.of()).getOrDefault(state, "");
        text.append(result.equals(IMPOSSIBLE) ? " |" : " " + result + " |");
      }
      text.append('\n');
    }
  }
}
