package io.drover.node.wiring;

import io.drover.actor.api.RequestClasses;
import io.drover.http.node.LocalNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The table by which the Vm entity decides, as the API publishes it. */
final class RequestClassTable {
  private RequestClassTable() {}

  static LocalNode.RequestClasses published() {
    Map<String, Map<String, String>> operations = new TreeMap<>();
    for (RequestClasses.Row row : RequestClasses.TABLE) {
      Map<String, String> stages = new LinkedHashMap<>();
      for (RequestClasses.Stage stage : RequestClasses.Stage.values()) {
        stages.put(text(stage), text(RequestClasses.of(row.operation(), stage)));
      }
      operations.put(text(row.operation()), stages);
    }
    return new LocalNode.RequestClasses(RequestClasses.VERSION, operations);
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
