package io.drover.agent.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.agent.guest.GuestSpec;
import io.drover.agent.store.VmRecord.Grant;
import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.ByteSize;
import io.drover.config.units.Epoch;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Records as JSON. Every field must be there: a record that lacks one is corrupt, and a guess about
 * a grant may run a VM twice.
 */
final class StoreCodec {
  /** Rises when an older agent could misread what this one writes. */
  static final int VERSION = 1;

  private static final String VERSION_KEY = "version";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private StoreCodec() {}

  /** What makes a record unusable. */
  static final class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedRecordException(String message) {
      super(message);
    }
  }

  static byte[] write(AgentRecord record) {
    ObjectNode node = JSON.createObjectNode().put(VERSION_KEY, VERSION);
    node.put("stateId", record.stateId());
    node.put("highestControlEpoch", record.highestControlEpoch().value());
    EndpointRecord list = record.endpoints();
    node.put("endpointListAreaEpoch", list.areaEpoch().value());
    node.put("endpointListVersion", list.version());
    node.put("endpointsManaging", list.managing());
    list.endpoints().forEach(node.putArray("endpoints")::add);
    return bytes(node);
  }

  static StoredRecord read(byte[] bytes) throws MalformedRecordException {
    JsonNode node = parse(bytes);
    if (node.has("vm")) {
      return readVm(node);
    }
    if (node.has(LeaseCodec.LEASE_KEY)) {
      return LeaseCodec.readLease(node);
    }
    return node.has(LeaseCodec.REVOCATION_KEY) ? LeaseCodec.readRevocation(node) : readAgent(node);
  }

  static byte[] write(LeaseRecord record) {
    ObjectNode node = JSON.createObjectNode().put(VERSION_KEY, VERSION);
    LeaseCodec.put(node, record.terms());
    return bytes(node);
  }

  static byte[] write(RevocationRecord record) {
    ObjectNode node = JSON.createObjectNode().put(VERSION_KEY, VERSION);
    LeaseCodec.put(node, record);
    return bytes(node);
  }

  private static AgentRecord readAgent(JsonNode node) throws MalformedRecordException {
    List<String> endpoints = new ArrayList<>();
    field(node, "endpoints").forEach(endpoint -> endpoints.add(endpoint.asText()));
    return new AgentRecord(
        text(node, "stateId"),
        epoch(node, "highestControlEpoch"),
        new EndpointRecord(
            epoch(node, "endpointListAreaEpoch"),
            number(node, "endpointListVersion"),
            endpoints,
            (int) number(node, "endpointsManaging")));
  }

  static byte[] write(VmRecord record) {
    ObjectNode node = JSON.createObjectNode().put(VERSION_KEY, VERSION);
    node.put("vm", record.vm().text());
    node.put("highestRunEpoch", record.highestRunEpoch().value());
    node.put("heldEpoch", record.heldEpoch().value());
    record
        .grant()
        .ifPresentOrElse(g -> put(node.putObject("grant"), g), () -> node.putNull("grant"));
    record
        .migration()
        .ifPresentOrElse(m -> put(node.putObject("migration"), m), () -> node.putNull("migration"));
    return bytes(node);
  }

  private static void put(ObjectNode node, Grant grant) {
    node.put("runEpoch", grant.runEpoch().value());
    node.put("hypervisor", grant.hypervisor());
    node.put("desired", grant.desired().name());
    node.put("image", grant.spec().image());
    node.put("cpuMillis", grant.spec().resources().cpuMillis());
    node.put("memoryBytes", grant.spec().resources().memory().bytes());
    node.put("restartable", grant.spec().restartable());
    ObjectNode arguments = node.putObject("arguments");
    grant.spec().arguments().forEach(arguments::put);
  }

  private static void put(ObjectNode node, MigrationMark mark) {
    node.put("id", mark.migration().text());
    node.put("side", mark.side().name());
  }

  private static VmRecord readVm(JsonNode node) throws MalformedRecordException {
    try {
      VmId vm = VmId.parse(text(node, "vm"));
      JsonNode grant = field(node, "grant");
      JsonNode migration = field(node, "migration");
      return new VmRecord(
          vm,
          epoch(node, "highestRunEpoch"),
          epoch(node, "heldEpoch"),
          grant.isNull() ? Optional.empty() : Optional.of(readGrant(vm, grant)),
          migration.isNull() ? Optional.empty() : Optional.of(readMark(migration)));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()));
    }
  }

  private static Grant readGrant(VmId vm, JsonNode node) throws MalformedRecordException {
    Map<String, String> arguments = new TreeMap<>();
    field(node, "arguments")
        .properties()
        .forEach(entry -> arguments.put(entry.getKey(), entry.getValue().asText()));
    Resources resources =
        new Resources((int) number(node, "cpuMillis"), new ByteSize(number(node, "memoryBytes")));
    return new Grant(
        epoch(node, "runEpoch"),
        new GuestSpec(
            vm,
            text(node, "image"),
            resources,
            arguments,
            node.path("restartable").asBoolean()), // an earlier release kept all
        text(node, "hypervisor"),
        Power.valueOf(text(node, "desired")));
  }

  private static MigrationMark readMark(JsonNode node) throws MalformedRecordException {
    return new MigrationMark(MigrationId.parse(text(node, "id")), Side.valueOf(text(node, "side")));
  }

  private static JsonNode parse(byte[] bytes) throws MalformedRecordException {
    JsonNode node;
    try {
      node = JSON.readTree(bytes);
    } catch (IOException e) {
      throw new MalformedRecordException("not JSON, truncated or damaged: " + e.getMessage());
    }
    if (!node.isObject()) {
      throw new MalformedRecordException("empty, or not a JSON object");
    }
    long version = number(node, VERSION_KEY);
    if (version != VERSION) {
      throw new MalformedRecordException(
          "written in version %d, this agent reads version %d".formatted(version, VERSION));
    }
    return node;
  }

  static JsonNode field(JsonNode node, String name) throws MalformedRecordException {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new MalformedRecordException("lacks \"" + name + "\"");
    }
    return value;
  }

  static String text(JsonNode node, String name) throws MalformedRecordException {
    JsonNode value = field(node, name);
    if (!value.isTextual()) {
      throw new MalformedRecordException("\"" + name + "\" is not text: " + value);
    }
    return value.asText();
  }

  static long number(JsonNode node, String name) throws MalformedRecordException {
    JsonNode value = field(node, name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
      throw new MalformedRecordException("\"" + name + "\" is not a count: " + value);
    }
    return value.asLong();
  }

  static Epoch epoch(JsonNode node, String name) throws MalformedRecordException {
    return new Epoch(number(node, name));
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      return JSON.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of text and numbers always is JSON", e);
    }
  }
}
