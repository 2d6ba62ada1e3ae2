package io.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the tests take for answers of the server is what its contract says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CannedAnswersTest {
  private static final String LOCATION = "https://drover.test/openapi.json";
  private static final Path CONTRACT = Path.of("../http-api/src/main/resources/openapi.yaml");

  private final JsonSchemaFactory schemas = schemas();

  private static JsonSchemaFactory schemas() {
    try {
      JsonNode contract = new ObjectMapper(new YAMLFactory()).readTree(CONTRACT.toFile());
      return JsonSchemaFactory.getInstance(
          VersionFlag.V202012,
          builder ->
              builder.schemaLoaders(loaders ->
                  loaders.schemas(uri -> uri.equals(LOCATION) ? contract.toString() : null)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vms-1, VmPage",
    "vms-2, VmPage",
    "vm, Vm",
    "vm-starting, Vm",
    "vm-running, Vm",
    "vm-failed, Vm",
    "hosts, HostPage",
    "host, Host",
    "host-cordoned, Host",
    "host-fenced, Host",
    "migrations, MigrationPage",
    "migration-reserved, Migration",
    "migration-pre-copy, Migration",
    "migration-completed, Migration",
    "migration-rolled-back, Migration",
    "images, ImagePage",
    "image, Image",
    "areas, AreaPage",
    "area, Area",
    "area-disarmed, Arming",
    "operations, OperationPage",
    "operation-running, Operation",
    "operation-done, Operation",
    "operation-drain, Operation",
    "drain-moving, Drain",
    "drain-completed, Drain",
    "drain-incomplete, Drain",
    "operation-drill, Operation",
    "drill-going-over, Drill",
    "drill-completed, Drill",
    "drill-failed, Drill",
    "events, EventPage",
    "events-end, EventPage",
    "no-capacity, Problem",
    "unknown-outcome, Problem",
    "not-found, Problem"
  })
  void shouldKeepToTheContract(String answer, String schema) {
    assertThat(
            schemas
                .getSchema(SchemaLocation.of(LOCATION + "#/components/schemas/" + schema))
                .validate(CannedServer.resource("answers/" + answer + ".json"), InputFormat.JSON))
        .isEmpty();
  }
}
