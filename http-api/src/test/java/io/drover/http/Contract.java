package io.drover.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.drover.http.exchange.PathTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** {@code openapi.yaml}, read by a schema validator that knows nothing of our code. */
final class Contract {
  private static final String LOCATION = "https://drover.test/openapi.json";
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

  private final JsonNode document;
  private final JsonSchemaFactory schemas;

  private Contract(JsonNode document) {
    this.document = document;
    this.schemas =
        JsonSchemaFactory.getInstance(
            VersionFlag.V202012,
            builder ->
                builder.schemaLoaders(loaders ->
                    loaders.schemas(uri -> uri.equals(LOCATION) ? document.toString() : null)));
  }

  static Contract load() {
    try (InputStream in = Contract.class.getResourceAsStream("/openapi.yaml")) {
      return new Contract(new ObjectMapper(new YAMLFactory()).readTree(Objects.requireNonNull(in)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode document() {
    return document;
  }

  /** Each operation as {@code GET /v1/vms?area&limit}. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(operation -> {
                  if (METHODS.contains(operation.getKey())) {
                    operations.add(
                        operation.getKey().toUpperCase(Locale.ROOT)
                            + " "
                            + path.getKey()
                            + query(operation.getValue()));
                  }
                }));
    return operations;
  }

  private Set<String> query(JsonNode operation) {
    Set<String> names = new TreeSet<>();
    for (JsonNode parameter : operation.path("parameters")) {
      JsonNode resolved = resolved(parameter);
      if (resolved.get("in").asText().equals("query")) {
        names.add(resolved.get("name").asText());
      }
    }
    return names;
  }

  /** Fails unless the contract has this answer to a request of this method and path. */
  void check(String method, String path, HttpResponse<String> response) {
    JsonNode operation = operation(method, path);
    if (operation.isMissingNode()) {
      checkBody("/components/schemas/Problem", response.body());
      return;
    }
    String where = method + " " + path + " -> " + response.statusCode();
    JsonNode responses = operation.get("responses");
    String status = Integer.toString(response.statusCode());
    JsonNode declared = resolved(responses.path(responses.has(status) ? status : "default"));
    assertThat(declared.isMissingNode()).as(where + " is in the contract").isFalse();
    for (var header : declared.path("headers").properties()) {
      assertThat(response.headers().firstValue(header.getKey())).as(where).isPresent();
    }
    JsonNode content = declared.path("content");
    if (content.isMissingNode()) {
      assertThat(response.body()).as(where).isEmpty();
      return;
    }
    String mediaType =
        response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    JsonNode media = content.path(mediaType);
    assertThat(media.isMissingNode()).as("%s has no %s", where, mediaType).isFalse();
    if (mediaType.endsWith("json")) {
      JsonNode reference = media.get("schema").path("$ref");
      assertThat(reference.isTextual()).as("%s names its schema", where).isTrue();
      checkBody(reference.asText().substring(1), response.body());
    }
  }

  /** Fails unless the text is what the schema of this name says. */
  void checkBody(String pointer, String json) {
    Set<ValidationMessage> wrong =
        schemas
            .getSchema(
                SchemaLocation.of(LOCATION + "#" + pointer),
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build())
            .validate(json, InputFormat.JSON);
    assertThat(wrong).as("%s against %s", json, pointer).isEmpty();
  }

  private JsonNode operation(String method, String path) {
    List<String> segments = Arrays.asList(path.replaceAll("\\?.*", "").substring(1).split("/"));
    for (var entry : document.get("paths").properties()) {
      if (new PathTemplate(entry.getKey()).match(segments).isPresent()) {
        return entry.getValue().path(method.toLowerCase(Locale.ROOT));
      }
    }
    return document.path("no such path");
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
  }
}
