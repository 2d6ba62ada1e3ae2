package io.drover.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One thing, a line per field, with the units that the fields' names tell. */
public final class Details {
  private static final int NAME_WIDTH = 20;

  private Details() {}

  /** Lines that end in a line feed. */
  public static String of(JsonNode thing) {
    StringBuilder text = new StringBuilder();
    append(text, thing, "");
    return text.toString();
  }

  private static void append(StringBuilder text, JsonNode thing, String indent) {
    for (Map.Entry<String, JsonNode> field : thing.properties()) {
      JsonNode value = field.getValue();
      String name = indent + field.getKey();
      if (value.isValueNode()) {
        line(text, indent + label(field.getKey(), value), scalar(field.getKey(), value));
      } else if (value.isEmpty()) {
        line(text, name, Units.UNKNOWN);
      } else if (value.isObject()) {
        text.append(name).append('\n');
        append(text, value, indent + "  ");
      } else {
        text.append(name).append('\n');
        value.forEach(item -> appendItem(text, item, indent + "  "));
      }
    }
  }

  private static void appendItem(StringBuilder text, JsonNode item, String indent) {
    text.append(indent).append("- ");
    if (item.isValueNode()) {
      text.append(item.asText()).append('\n');
      return;
    }
    StringBuilder fields = new StringBuilder();
    for (Map.Entry<String, JsonNode> field : item.properties()) {
      String value = scalar(field.getKey(), field.getValue());
      if (!value.equals(Units.UNKNOWN)) {
        fields
            .append(fields.isEmpty() ? "" : ", ")
            .append(label(field.getKey(), field.getValue()))
            .append(' ')
            .append(value);
      }
    }
    text.append(fields).append('\n');
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name)
        .append(" ".repeat(Math.max(1, NAME_WIDTH - name.length())))
        .append(value)
        .append('\n');
  }

  /** The name without the unit that its value shows; texts are the guest's or operator's own. */
  private static String label(String name, JsonNode value) {
    return value.isNumber()
        ? name.replaceFirst("(BytesPerSecond|Bytes|Us|Ms|Millis|Seconds)$", "")
        : name;
  }

  private static String scalar(String name, JsonNode value) {
    if (value.isArray()) {
      List<String> choices = new ArrayList<>();
      value.forEach(choice -> choices.add(choice.asText()));
      return String.join("|", choices);
    }
    if (!value.isNumber()) {
      return Units.text(value);
    }
    if (name.endsWith("BytesPerSecond")) {
      return value.asLong() == 0 ? "unlimited" : Units.rate(value.asLong());
    }
    if (name.endsWith("Bytes")) {
      return Units.size(value.asLong());
    }
    if (name.endsWith("Us")) {
      return Units.micros(value.asLong());
    }
    if (name.endsWith("Ms")) {
      return Units.micros(value.asLong() * 1_000);
    }
    if (name.endsWith("Seconds")) {
      return Units.micros(value.asLong() * 1_000_000);
    }
    return name.equals("cpuMillis") ? Units.cores(value) + " cores" : value.asText();
  }
}
