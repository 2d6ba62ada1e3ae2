package io.drover.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.actor.api.DrainView;
import io.drover.actor.api.HostView;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.OperationView;
import io.drover.actor.api.VmView;
import io.drover.http.exchange.Endpoint;
import io.drover.http.problem.ProblemType;
import io.drover.http.stream.EventFeed;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract and the code say the same. */
class ContractTest {
  private final ApiFixture api = new ApiFixture();

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void shouldServeEveryOperationOfTheContractAndNoOther() {
    EventFeed feed =
        new EventFeed(api.kit.system(), api.fleet, Duration.ofMillis(50), Duration.ofSeconds(1));

    Set<String> served =
        ApiServer.endpoints(api.kit.system(), api.ports(), feed).stream()
            .map(ContractTest::operation)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(served).isEqualTo(api.contract.operations());
  }

  private static String operation(Endpoint endpoint) {
    return "%s %s%s"
        .formatted(endpoint.method().value(), endpoint.path(), new TreeSet<>(endpoint.query()));
  }

  @Test
  void shouldNameEveryProblemTypeAndState() {
    assertThat(enumOf("Problem/properties/type"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ProblemType.values()).map(ProblemType::urn).toList());
    assertThat(enumOf("VmPhase")).isEqualTo(names(VmView.Phase.values()));
    assertThat(enumOf("Vm/properties/desired")).isEqualTo(names(VmView.PowerState.values()));
    assertThat(enumOf("MigrationPhase")).isEqualTo(names(MigrationView.Phase.values()));
    assertThat(enumOf("DrainPhase")).isEqualTo(names(DrainView.Phase.values()));
    assertThat(enumOf("DrainedVm/properties/status")).isEqualTo(names(DrainView.Status.values()));
    assertThat(enumOf("Host/properties/state")).isEqualTo(names(HostView.State.values()));
    assertThat(enumOf("Operation/properties/status"))
        .isEqualTo(names(OperationView.Status.values()));
  }

  private Set<String> enumOf(String schema) {
    JsonNode values = api.contract.document().at("/components/schemas/" + schema + "/enum");
    return StreamSupport.stream(values.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void shouldTakeAnIdempotencyKeyWithEveryChange() {
    for (var path : api.contract.document().get("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        if (Set.of("post", "put", "patch", "delete").contains(operation.getKey())) {
          assertThat(operation.getValue().path("parameters").toString())
              .as(operation.getKey() + " " + path.getKey())
              .contains("#/components/parameters/IdempotencyKey");
        }
      }
    }
  }

  @Test
  void shouldServeTheContractItself() {
    ApiFixture.Answer answer = api.get("/openapi.yaml");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.response().body()).startsWith("openapi: 3.1.0");
  }
}
