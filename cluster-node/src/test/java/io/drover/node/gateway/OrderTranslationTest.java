package io.drover.node.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.drover.actor.agent.AgentOrder;
import io.drover.actor.agent.AgentOrder.RunMode;
import io.drover.actor.agent.AgentSession;
import io.drover.actor.agent.AgentSession.EndpointList;
import io.drover.actor.agent.GuestSpec;
import io.drover.actor.agent.HostLossPolicy;
import io.drover.actor.agent.HostLossPolicy.OnHostLoss;
import io.drover.actor.agent.ImagePin;
import io.drover.actor.agent.TransferTicket;
import io.drover.actor.lease.LeaseTerms;
import io.drover.actor.lease.Witness;
import io.drover.actor.lease.WitnessList;
import io.drover.config.units.ByteSize;
import io.drover.config.units.DataRate;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MigrationId;
import io.drover.config.units.Resources;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.Order;
import io.drover.protocol.v1.RunGuest;
import io.drover.protocol.v1.ToAgent;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OrderTranslationTest {
  private static final WitnessList WITNESSES =
      new WitnessList(4, List.of(new Witness("host-north-03-h2", "127.0.0.1:7300")));
  private static final LeaseTerms TERMS =
      new LeaseTerms(
          new Epoch(3),
          Duration.ofSeconds(6),
          WITNESSES,
          Optional.of(new WitnessList(5, WITNESSES.witnesses())));

  private static final VmId VM = VmId.parse("vm-north-03-01k0000000000000000000000a");
  private static final MigrationId MIGRATION =
      MigrationId.parse("mig-north-03-01k0000000000000000000000b");
  private static final Epoch EPOCH = new Epoch(3);
  private static final GuestSpec SPEC =
      new GuestSpec("pulse", new Resources(500, ByteSize.ofMib(64)), Map.of("interval", "1ms"))
          .pinned(Optional.of(new ImagePin("ab".repeat(32), "embedded", "", ByteSize.ofMib(1))));
  private static final EndpointList ENDPOINTS =
      new EndpointList(new Epoch(3), 4, List.of("a:1", "b:2"), 1);

  /** Every message with every field set, as the agent gets it. */
  @Test
  void shouldTranslateEveryOrderWithAllItsFields() {
    List<AgentOrder> orders =
        List.of(
            new AgentOrder.RunGuest(VM, EPOCH, SPEC, new RunMode.Activate(MIGRATION)),
            new AgentOrder.StopGuest(VM, EPOCH, Duration.ofSeconds(5)),
            new AgentOrder.RemoveGuest(VM, EPOCH),
            new AgentOrder.PauseGuest(VM, EPOCH),
            new AgentOrder.ReadConsole(VM, 9, 100),
            new AgentOrder.VerifyGuest(VM, EPOCH, Duration.ofSeconds(2)),
            new AgentOrder.PrepareTarget(MIGRATION, VM, SPEC, EPOCH),
            new AgentOrder.StartPreCopy(
                MIGRATION,
                VM,
                EPOCH,
                new TransferTicket("h:1", 2, -3),
                new DataRate(1000),
                Duration.ofSeconds(7)),
            new AgentOrder.StopAndCopy(MIGRATION, VM, EPOCH, Duration.ofSeconds(8)),
            new AgentOrder.AbortMigration(MIGRATION, VM, EPOCH));
    Set<Order.BodyCase> seen = EnumSet.noneOf(Order.BodyCase.class);
    for (AgentOrder order : orders) {
      Order proto =
          OrderTranslation.toProto(new AgentSession.Deliver("o1", new Epoch(7), order)).getOrder();
      assertThat(proto.getOrderId()).isEqualTo("o1");
      assertThat(proto.getControlEpoch()).isEqualTo(7);
      Message body = (Message) proto.getAllFields().values().stream().reduce((_, b) -> b).get();
      assertEveryFieldSet(body);
      seen.add(proto.getBodyCase());
    }
    Set<Order.BodyCase> all = EnumSet.allOf(Order.BodyCase.class);
    all.remove(Order.BodyCase.BODY_NOT_SET);
    assertThat(seen).isEqualTo(all);
  }

  @Test
  void shouldCarryValuesInTheUnitsOfTheProtocol() {
    Order start =
        OrderTranslation.toProto(
                new AgentSession.Deliver(
                    "o1",
                    EPOCH,
                    new AgentOrder.StartPreCopy(
                        MIGRATION,
                        VM,
                        EPOCH,
                        new TransferTicket("h:1", 2, -3),
                        new DataRate(1000),
                        Duration.ofSeconds(7))))
            .getOrder();
    assertThat(start.getStartPreCopy().getOutageBudgetMs()).isEqualTo(7000);
    assertThat(start.getStartPreCopy().getBandwidthLimitBytesPerS()).isEqualTo(1000);
    assertThat(start.getStartPreCopy().getTicket().getToken()).isEqualTo(-3);
    assertThat(start.getStartPreCopy().getMigrationId()).isEqualTo(MIGRATION.text());
  }

  @Test
  void shouldTranslateEveryRunMode() {
    assertThat(mode(new RunMode.Boot())).isEqualTo(RunGuest.ModeCase.BOOT);
    assertThat(mode(new RunMode.Continue())).isEqualTo(RunGuest.ModeCase.CONTINUE);
    assertThat(mode(new RunMode.Activate(MIGRATION))).isEqualTo(RunGuest.ModeCase.ACTIVATE);
  }

  @Test
  void shouldSayWhatBecomesOfAGuestWhoseHostIsLost() {
    assertThat(onHostLoss(OnHostLoss.RESTART)).isEqualTo(io.drover.protocol.v1.OnHostLoss.RESTART);
    assertThat(onHostLoss(OnHostLoss.KEEP)).isEqualTo(io.drover.protocol.v1.OnHostLoss.KEEP);
  }

  private static io.drover.protocol.v1.OnHostLoss onHostLoss(OnHostLoss policy) {
    AgentOrder order =
        new AgentOrder.RunGuest(
            VM, EPOCH, SPEC.with(new HostLossPolicy(policy, 1)), new RunMode.Boot());
    return OrderTranslation.toProto(new AgentSession.Deliver("o1", EPOCH, order))
        .getOrder()
        .getRunGuest()
        .getSpec()
        .getOnHostLoss();
  }

  @Test
  void shouldTranslateTheSessionsOwnMessages() {
    ToAgent welcome =
        OrderTranslation.toProto(
            new AgentSession.Welcome(
                HostId.parse("host-north-03-h1"),
                EPOCH,
                Duration.ofSeconds(1),
                ENDPOINTS,
                Optional.of(TERMS)));
    assertEveryFieldSet(welcome.getWelcome());
    assertThat(welcome.getWelcome().getHeartbeatIntervalMs()).isEqualTo(1000);
    assertEveryFieldSet(
        OrderTranslation.toProto(new AgentSession.Refused("no", true)).getRefused());
    ToAgent endpoints = OrderTranslation.toProto(new AgentSession.UpdateEndpoints(ENDPOINTS));
    assertEveryFieldSet(OrderTranslation.toProto(new AgentSession.UpdateLease(TERMS)).getLease());
    assertThat(endpoints.getEndpoints().getVersion()).isEqualTo(4);
    assertThat(endpoints.getEndpoints().getEndpointsList()).containsExactly("a:1", "b:2");
  }

  private static RunGuest.ModeCase mode(RunMode mode) {
    AgentOrder order = new AgentOrder.RunGuest(VM, EPOCH, SPEC, mode);
    return OrderTranslation.toProto(new AgentSession.Deliver("o1", EPOCH, order))
        .getOrder()
        .getRunGuest()
        .getModeCase();
  }

  /** Of a oneof, one field; of everything else, all of them. */
  private static void assertEveryFieldSet(Message message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getRealContainingOneof() == null) {
        assertThat(message.getAllFields()).as(field.getFullName()).containsKey(field);
      }
    }
    message.getAllFields().values().stream()
        .filter(value -> value instanceof Message)
        .forEach(value -> assertEveryFieldSet((Message) value));
  }
}
