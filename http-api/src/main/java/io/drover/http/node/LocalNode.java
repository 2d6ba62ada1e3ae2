package io.drover.http.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The node that serves the API, as the API shows it. Called from any thread; must not block. */
public interface LocalNode {
  String name();

  /** The area whose role the node has. */
  String area();

  /** Of the software. */
  String version();

  /** What must hold before the node takes requests; ready when all do. */
  List<Check> readiness();

  /** In the text format of Prometheus. */
  String metrics();

  RequestClasses requestClasses();

  /**
   * An answer of the API begins.
   *
   * @param method as in the contract; empty when nothing there was asked for
   * @param route as in the contract, {@code /v1/vms/{vm}}; empty with {@code method}
   */
  void answered(String method, String route, int status, Duration took);

  /**
   * One condition of readiness.
   *
   * @param detail for people; says what is waited for when not ready
   */
  record Check(String name, boolean ready, String detail) {}

  /**
   * What happens to a request while the VM migrates.
   *
   * @param version rises when a class changes
   * @param operations operation → phase of the migration → class
   */
  record RequestClasses(int version, Map<String, Map<String, String>> operations) {}
}
