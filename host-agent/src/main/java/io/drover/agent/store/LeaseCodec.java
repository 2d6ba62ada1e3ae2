package io.drover.agent.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.lease.WitnessList;
import io.drover.agent.lease.WitnessList.Witness;
import io.drover.agent.store.StoreCodec.MalformedRecordException;
import io.drover.config.units.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The part of {@link StoreCodec} that is about leases. */
final class LeaseCodec {
  static final String LEASE_KEY = "leaseEpoch";
  static final String REVOCATION_KEY = "revokedEpoch";

  private LeaseCodec() {}

  static void put(ObjectNode node, LeaseTerms terms) {
    node.put("host", terms.host().text());
    node.put(LEASE_KEY, terms.epoch().value());
    node.put("ttlMillis", terms.ttl().toMillis());
    put(node.putObject("active"), terms.active());
    terms
        .pending()
        .ifPresentOrElse(
            list -> put(node.putObject("pending"), list), () -> node.putNull("pending"));
  }

  private static void put(ObjectNode node, WitnessList list) {
    node.put("version", list.version());
    ObjectNode witnesses = node.putObject("witnesses");
    list.witnesses().forEach(witness -> witnesses.put(witness.id(), witness.endpoint()));
  }

  static LeaseRecord readLease(JsonNode node) throws MalformedRecordException {
    try {
      JsonNode pending = StoreCodec.field(node, "pending");
      return new LeaseRecord(
          new LeaseTerms(
              HostId.parse(StoreCodec.text(node, "host")),
              StoreCodec.epoch(node, LEASE_KEY),
              Duration.ofMillis(StoreCodec.number(node, "ttlMillis")),
              list(StoreCodec.field(node, "active")),
              pending.isNull() ? Optional.empty() : Optional.of(list(pending))));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()));
    }
  }

  private static WitnessList list(JsonNode node) throws MalformedRecordException {
    List<Witness> witnesses = new ArrayList<>();
    StoreCodec.field(node, "witnesses")
        .properties()
        .forEach(entry -> witnesses.add(new Witness(entry.getKey(), entry.getValue().asText())));
    return new WitnessList(StoreCodec.number(node, "version"), witnesses);
  }

  static void put(ObjectNode node, RevocationRecord record) {
    node.put("host", record.host().text());
    node.put(REVOCATION_KEY, record.epoch().value());
  }

  static RevocationRecord readRevocation(JsonNode node) throws MalformedRecordException {
    try {
      return new RevocationRecord(
          HostId.parse(StoreCodec.text(node, "host")), StoreCodec.epoch(node, REVOCATION_KEY));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()));
    }
  }
}
