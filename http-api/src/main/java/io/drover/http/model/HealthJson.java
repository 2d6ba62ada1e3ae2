package io.drover.http.model;

import io.drover.http.node.LocalNode;
import java.util.List;

/** Whether the node lives, and takes requests. */
public record HealthJson(
    String node, String area, String version, boolean ready, List<CheckJson> checks) {

  /** One condition. */
  public record CheckJson(String name, boolean ready, String detail) {}

  public static HealthJson from(LocalNode node) {
    List<CheckJson> checks =
        node.readiness().stream()
            .map(check -> new CheckJson(check.name(), check.ready(), check.detail()))
            .toList();
    return new HealthJson(
        node.name(),
        node.area(),
        node.version(),
        checks.stream().allMatch(CheckJson::ready),
        checks);
  }
}
