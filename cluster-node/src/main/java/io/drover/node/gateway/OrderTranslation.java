package io.drover.node.gateway;

import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.ImagePin;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.lease.LeaseTerms;
import io.drover.actor.lease.WitnessList;
import io.drover.protocol.v1.AbortMigration;
import io.drover.protocol.v1.Activate;
import io.drover.protocol.v1.Boot;
import io.drover.protocol.v1.Continue;
import io.drover.protocol.v1.EndpointList;
import io.drover.protocol.v1.OnHostLoss;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.PauseGuest;
import io.drover.protocol.v1.PrepareTarget;
import io.drover.protocol.v1.ReadConsole;
import io.drover.protocol.v1.Refused;
import io.drover.protocol.v1.RemoveGuest;
import io.drover.protocol.v1.RunGuest;
import io.drover.protocol.v1.StartPreCopy;
import io.drover.protocol.v1.StopAndCopy;
import io.drover.protocol.v1.StopGuest;
import io.drover.protocol.v1.ToAgent;
import io.drover.protocol.v1.VerifyGuest;
import io.drover.protocol.v1.Welcome;
import io.drover.protocol.v1.WitnessAddress;
import java.time.Duration;

/** From the domain's words to the messages that go to an agent. Pure. */
final class OrderTranslation {
  private OrderTranslation() {}

  static ToAgent toProto(AgentSession message) {
    ToAgent.Builder to = ToAgent.newBuilder();
    switch (message) {
      case AgentSession.Welcome m -> to.setWelcome(welcome(m));
      case AgentSession.UpdateLease m -> to.setLease(lease(m.terms()));
      case AgentSession.Refused m ->
          to.setRefused(Refused.newBuilder().setReason(m.reason()).setPermanent(m.permanent()));
      case AgentSession.Deliver m -> to.setOrder(order(m));
      case AgentSession.UpdateEndpoints m -> to.setEndpoints(endpoints(m.endpoints()));
    }
    return to.build();
  }

  private static Welcome welcome(AgentSession.Welcome message) {
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setHostId(message.host().text())
            .setControlEpoch(message.controlEpoch().value())
            .setHeartbeatIntervalMs(millis(message.heartbeatInterval()))
            .setEndpoints(endpoints(message.endpoints()));
    message.lease().ifPresent(terms -> welcome.setLease(lease(terms)));
    return welcome.build();
  }

  private static io.drover.protocol.v1.LeaseTerms lease(LeaseTerms terms) {
    io.drover.protocol.v1.LeaseTerms.Builder lease =
        io.drover.protocol.v1.LeaseTerms.newBuilder()
            .setLeaseEpoch(terms.leaseEpoch().value())
            .setTtlMs(millis(terms.ttl()))
            .setActive(witnesses(terms.active()));
    terms.pending().ifPresent(list -> lease.setPending(witnesses(list)));
    return lease.build();
  }

  private static io.drover.protocol.v1.WitnessList witnesses(WitnessList list) {
    return io.drover.protocol.v1.WitnessList.newBuilder()
        .setVersion(list.version())
        .addAllWitnesses(
            list.witnesses().stream()
                .map(w ->
                    WitnessAddress.newBuilder().setId(w.id()).setEndpoint(w.endpoint()).build())
                .toList())
        .build();
  }

  private static EndpointList endpoints(AgentSession.EndpointList list) {
    return EndpointList.newBuilder()
        .setAreaEpoch(list.areaEpoch().value())
        .setVersion(list.version())
        .addAllEndpoints(list.endpoints())
        .setManaging(list.managing())
        .build();
  }

  private static Order order(AgentSession.Deliver message) {
    Order.Builder order =
        Order.newBuilder()
            .setOrderId(message.orderId())
            .setControlEpoch(message.controlEpoch().value());
    switch (message.order()) {
      case AgentOrder.RunGuest o -> order.setRunGuest(runGuest(o));
      case AgentOrder.StopGuest o ->
          order.setStopGuest(
              StopGuest.newBuilder()
                  .setVmId(o.vm().text())
                  .setRunEpoch(o.runEpoch().value())
                  .setGraceMs(millis(o.grace())));
      case AgentOrder.RemoveGuest o ->
          order.setRemoveGuest(
              RemoveGuest.newBuilder().setVmId(o.vm().text()).setRunEpoch(o.runEpoch().value()));
      case AgentOrder.PauseGuest o ->
          order.setPauseGuest(
              PauseGuest.newBuilder().setVmId(o.vm().text()).setRunEpoch(o.runEpoch().value()));
      case AgentOrder.ReadConsole o ->
          order.setReadConsole(
              ReadConsole.newBuilder()
                  .setVmId(o.vm().text())
                  .setFromOffset(o.fromOffset())
                  .setMaxBytes(o.maxBytes()));
      case AgentOrder.VerifyGuest o ->
          order.setVerifyGuest(
              VerifyGuest.newBuilder()
                  .setVmId(o.vm().text())
                  .setRunEpoch(o.runEpoch().value())
                  .setDeadlineMs(millis(o.deadline())));
      case AgentOrder.PrepareTarget o ->
          order.setPrepareTarget(
              PrepareTarget.newBuilder()
                  .setMigrationId(o.migration().text())
                  .setVmId(o.vm().text())
                  .setSpec(spec(o.spec()))
                  .setSourceRunEpoch(o.sourceRunEpoch().value()));
      case AgentOrder.StartPreCopy o -> order.setStartPreCopy(startPreCopy(o));
      case AgentOrder.StopAndCopy o ->
          order.setStopAndCopy(
              StopAndCopy.newBuilder()
                  .setMigrationId(o.migration().text())
                  .setVmId(o.vm().text())
                  .setRunEpoch(o.runEpoch().value())
                  .setDeadlineMs(millis(o.deadline())));
      case AgentOrder.AbortMigration o ->
          order.setAbortMigration(
              AbortMigration.newBuilder()
                  .setMigrationId(o.migration().text())
                  .setVmId(o.vm().text())
                  .setRunEpoch(o.runEpoch().value()));
    }
    return order.build();
  }

  private static RunGuest runGuest(AgentOrder.RunGuest order) {
    RunGuest.Builder run =
        RunGuest.newBuilder()
            .setVmId(order.vm().text())
            .setRunEpoch(order.runEpoch().value())
            .setSpec(spec(order.spec()));
    switch (order.mode()) {
      case AgentOrder.RunMode.Boot _ -> run.setBoot(Boot.getDefaultInstance());
      case AgentOrder.RunMode.Activate m ->
          run.setActivate(Activate.newBuilder().setMigrationId(m.migration().text()));
      case AgentOrder.RunMode.Continue _ -> run.setContinue(Continue.getDefaultInstance());
    }
    return run.build();
  }

  private static StartPreCopy startPreCopy(AgentOrder.StartPreCopy order) {
    return StartPreCopy.newBuilder()
        .setMigrationId(order.migration().text())
        .setVmId(order.vm().text())
        .setRunEpoch(order.runEpoch().value())
        .setTicket(ticket(order.ticket()))
        .setBandwidthLimitBytesPerS(order.bandwidthLimit().bytesPerSecond())
        .setOutageBudgetMs(millis(order.outageBudget()))
        .build();
  }

  private static io.drover.protocol.v1.TransferTicket ticket(TransferTicket ticket) {
    return io.drover.protocol.v1.TransferTicket.newBuilder()
        .setEndpoint(ticket.endpoint())
        .setStreamId(ticket.streamId())
        .setToken(ticket.token())
        .build();
  }

  private static io.drover.protocol.v1.GuestSpec spec(GuestSpec spec) {
    return io.drover.protocol.v1.GuestSpec.newBuilder()
        .setImage(spec.image())
        .setImageSha256(spec.pin().map(ImagePin::sha256).orElse(""))
        .setCpuMillis(spec.resources().cpuMillis())
        .setMemoryBytes(spec.resources().memory().bytes())
        .putAllArguments(spec.arguments())
        .setOnHostLoss(
            switch (spec.hostLoss().onHostLoss()) {
              case RESTART -> OnHostLoss.RESTART;
              case KEEP -> OnHostLoss.KEEP;
            })
        .build();
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
