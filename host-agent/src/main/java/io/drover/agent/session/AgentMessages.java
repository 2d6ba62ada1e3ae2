package io.drover.agent.session;

import io.drover.agent.store.AgentRecord;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Heartbeat;
import io.drover.protocol.v1.Hello;
import java.util.List;

/** What a session says of its own accord. */
final class AgentMessages {
  private static final int PROTOCOL_VERSION = 1;

  private AgentMessages() {}

  static FromAgent hello(
      Hello host, AgentRecord record, List<GuestStatus> guests, boolean stateLost) {
    Hello hello =
        host.toBuilder()
            .setProtocolVersion(PROTOCOL_VERSION)
            .addAllGuests(guests)
            .setHighestControlEpoch(record.highestControlEpoch().value())
            .setEndpointListAreaEpoch(record.endpoints().areaEpoch().value())
            .setEndpointListVersion(record.endpoints().version())
            .setStateId(record.stateId())
            .setStateLost(stateLost)
            .build();
    return FromAgent.newBuilder().setHello(hello).build();
  }

  static FromAgent heartbeat(
      long sequence, ManagedHost host, AgentRecord record, long staleOrdersRefused) {
    Heartbeat.Builder beat =
        Heartbeat.newBuilder()
            .setSequence(sequence)
            .setLoad1M(host.load())
            .setMemoryUsedBytes(host.memoryUsed().bytes())
            .setStaleOrdersRefused(staleOrdersRefused)
            .setEndpointListAreaEpoch(record.endpoints().areaEpoch().value())
            .setEndpointListVersion(record.endpoints().version());
    host.lease().ifPresent(beat::setLease);
    return FromAgent.newBuilder().setHeartbeat(beat).build();
  }
}
