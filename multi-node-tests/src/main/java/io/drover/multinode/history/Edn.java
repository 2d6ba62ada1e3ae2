package io.drover.multinode.history;

import io.drover.multinode.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A history as Jepsen writes it, one map per line, so that others can judge it with Knossos or
 * Elle: {@code {:index 0, :type :invoke, :process 1, :time 12, :f :stop, :value ["vm-1" nil]}}.
 * Values are pairs of key and value, as {@code jepsen.independent} has them.
 */
public final class Edn {
  private Edn() {}

  private record Line(long atNs, boolean isInvocation, Operation operation) {}

  /** The lines, in the order of time; what has no known end stands as {@code :info} at the end. */
  public static List<String> lines(List<Operation> operations) {
    List<Line> lines = new ArrayList<>();
    for (Operation operation : operations) {
      lines.add(new Line(operation.invokedAtNs(), true, operation));
      lines.add(new Line(operation.endedAtNs().orElse(Long.MAX_VALUE), false, operation));
    }
    // of two at one time the invocation comes first: they overlap
    lines.sort(Comparator.comparingLong(Line::atNs).thenComparing(line -> !line.isInvocation));
    long originNs = lines.isEmpty() ? 0 : lines.getFirst().atNs();
    long lastNs = originNs;
    List<String> written = new ArrayList<>();
    for (Line line : lines) {
      lastNs = line.atNs() == Long.MAX_VALUE ? lastNs : line.atNs();
      written.add(write(written.size(), line, lastNs - originNs));
    }
    return written;
  }

  private static String write(int index, Line line, long timeNs) {
    Operation operation = line.operation();
    return "{:index %d, :type %s, :process %d, :time %d, :f :%s, :value [\"%s\" %s]%s}"
        .formatted(
            index,
            line.isInvocation() ? ":invoke" : type(operation.outcome()),
            operation.process(),
            timeNs,
            operation.kind().name().toLowerCase(Locale.ROOT),
            operation.vm(),
            line.isInvocation() ? "nil" : value(operation.outcome()),
            line.isInvocation() ? "" : error(operation.outcome()));
  }

  private static String type(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Acknowledged _, Outcome.Seen _, Outcome.NotThere _ -> ":ok";
      case Outcome.Refused _, Outcome.Unserved _ -> ":fail";
      case Outcome.Indeterminate _ -> ":info";
    };
  }

  private static String value(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Seen(Operation.Sight s) ->
          "{:desired :%s, :host \"%s\", :epoch %d, :version %d}"
              .formatted(s.desired().toLowerCase(Locale.ROOT), s.host(), s.epoch(), s.version());
      case Outcome.NotThere _ -> ":absent";
      case Outcome.Acknowledged _, Outcome.Refused _, Outcome.Unserved _, Outcome.Indeterminate _ ->
          "nil";
    };
  }

  private static String error(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Refused(String reason) -> ", :error " + quoted(reason);
      case Outcome.Unserved(String reason) -> ", :error " + quoted(reason);
      case Outcome.Indeterminate(String reason) -> ", :error " + quoted(reason);
      case Outcome.Acknowledged _, Outcome.Seen _, Outcome.NotThere _ -> "";
    };
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ") + "\"";
  }
}
