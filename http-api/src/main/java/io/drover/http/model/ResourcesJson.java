package io.drover.http.model;

import io.drover.config.units.Resources;

/** What is asked of a host, or what it has. */
public record ResourcesJson(int cpuMillis, long memoryBytes) {
  public static ResourcesJson from(Resources resources) {
    return new ResourcesJson(resources.cpuMillis(), resources.memory().bytes());
  }
}
