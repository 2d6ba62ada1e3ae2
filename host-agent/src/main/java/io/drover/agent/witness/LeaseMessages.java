package io.drover.agent.witness;

import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.lease.WitnessList;
import io.drover.agent.lease.WitnessList.Witness;
import io.drover.config.settings.BindAddress;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.protocol.v1.VouchRequest;
import io.drover.protocol.v1.WitnessAddress;
import java.time.Duration;
import java.util.Optional;

/** Leases in the words of the protocol. */
final class LeaseMessages {
  private LeaseMessages() {}

  /**
   * What the control plane offers.
   *
   * @throws IllegalArgumentException when it makes no sense
   * @throws io.drover.config.settings.SettingsException when an endpoint is not {@code host:port}
   */
  static LeaseTerms terms(String host, io.drover.protocol.v1.LeaseTerms offered) {
    return new LeaseTerms(
        HostId.parse(host),
        new Epoch(offered.getLeaseEpoch()),
        Duration.ofMillis(Integer.toUnsignedLong(offered.getTtlMs())),
        list(offered.getActive()),
        offered.hasPending() ? Optional.of(list(offered.getPending())) : Optional.empty());
  }

  private static WitnessList list(io.drover.protocol.v1.WitnessList list) {
    return new WitnessList(
        list.getVersion(), list.getWitnessesList().stream().map(LeaseMessages::witness).toList());
  }

  private static Witness witness(WitnessAddress address) {
    return new Witness(address.getId(), BindAddress.parse(address.getEndpoint()).toString());
  }

  static VouchRequest ask(LeaseTerms terms) {
    return VouchRequest.newBuilder()
        .setHostId(terms.host().text())
        .setLeaseEpoch(terms.epoch().value())
        .build();
  }
}
