package io.drover.http.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.drover.http.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads requests strictly (an unknown field, a wrong type or a key given twice is refused by name)
 * and writes answers (what is not known is left out, instants are ISO 8601).
 */
public final class Json {
  private static final JsonMapper MAPPER = mapper();

  private Json() {}

  private static JsonMapper mapper() {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT));
    builder.withCoercionConfig(
        LogicalType.Textual,
        config ->
            config
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    return builder.build();
  }

  public static byte[] write(Object model) {
    try {
      return MAPPER.writeValueAsBytes(model);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // only a model that Jackson cannot write: a bug
    }
  }

  /**
   * Reads a request.
   *
   * @throws ProblemException naming the field that is unknown, of another type or out of range
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw ProblemException.invalid("body", "the body must be a JSON object");
      }
      return value;
    } catch (UnrecognizedPropertyException e) {
      throw ProblemException.invalid(
          field(e),
          "unknown field \"%s\"; known: %s"
              .formatted(field(e), new TreeSet<>(List.copyOf(e.getKnownPropertyIds()))));
    } catch (MismatchedInputException e) {
      throw ProblemException.invalid(field(e), "%s %s".formatted(field(e), expectation(e)));
    } catch (JsonMappingException e) {
      throw ProblemException.invalid(
          field(e), "%s: %s".formatted(field(e), e.getOriginalMessage()));
    } catch (JsonParseException e) {
      throw ProblemException.invalid("body", "not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw ProblemException.invalid("body", "the body cannot be read: " + e.getMessage());
    }
  }

  private static String expectation(MismatchedInputException e) {
    Class<?> target = e.getTargetType();
    if (target == null) {
      return "is not what the contract says: " + e.getOriginalMessage();
    }
    if (target.isEnum()) {
      return "must be one of " + Arrays.toString(target.getEnumConstants());
    }
    if (Collection.class.isAssignableFrom(target)) {
      return "must be a list";
    }
    return "must be "
        + switch (target.getSimpleName()) {
          case "Long", "long", "Integer", "int" ->
              "a whole number, without a unit: the unit is in its name";
          case "Boolean", "boolean" -> "true or false";
          case "String" -> "a string";
          case "Map" -> "an object of strings";
          default -> target.isRecord() ? "an object" : target.getSimpleName();
        };
  }

  private static String field(JsonMappingException e) {
    String path =
        e.getPath().stream()
            .map(step ->
                step.getFieldName() == null
                    ? "[%d]".formatted(step.getIndex())
                    : "." + step.getFieldName())
            .collect(Collectors.joining());
    return path.isEmpty() ? "body" : path.startsWith(".") ? path.substring(1) : path;
  }
}
