package io.drover.agent;

import static io.drover.agent.fake.Samples.OTHER_VM;
import static io.drover.agent.fake.Samples.VM;
import static io.drover.agent.fake.Samples.restartable;
import static io.drover.agent.fake.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.agent.fake.CapturedLog;
import io.drover.agent.fake.FakeHypervisor;
import io.drover.agent.fake.FakeTransfers;
import io.drover.agent.fake.Orders;
import io.drover.agent.fake.Samples;
import io.drover.agent.fake.ScriptedControlPlane;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.witness.LeaseKeeper;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.GuestStatus;
import io.drover.protocol.v1.Hello;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.OrderFailure.Code;
import io.drover.protocol.v1.OrderResult;
import io.drover.protocol.v1.ToAgent;
import io.drover.protocol.v1.WitnessAddress;
import io.drover.protocol.v1.WitnessList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole agents; one vouches for the other, whose guests are processes that can be killed. */
class HostLeaseTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int TTL_MS = 4_000;

  private final ScriptedControlPlane control = ScriptedControlPlane.start(1);
  private final ScriptedControlPlane witnessControl = ScriptedControlPlane.start(1);
  private final FakeHypervisor guests = new FakeHypervisor();
  private final FakeTransfers transfers = new FakeTransfers();
  private CapturedLog log;
  @TempDir private Path directory;
  private HostAgent host;
  private HostAgent witness;
  private String witnessEndpoint;

  @BeforeEach
  void startAgents() {
    log = CapturedLog.of(LeaseKeeper.class.getName());
    guests.useProcesses();
    witness = start("witness", witnessControl, new FakeHypervisor());
    host = start("host", control, guests);
    witnessEndpoint = witnessControl.awaitHello(1).getWitnessEndpoint();
    control.awaitHello(1);
    control.await(m -> m.hasHeartbeat());
  }

  private HostAgent start(String name, ScriptedControlPlane plane, FakeHypervisor hypervisor) {
    return HostAgent.start(
        Samples.settings(directory.resolve(name), plane.endpoint()),
        HostAgent.Parts.of(List.of(hypervisor), transfers));
  }

  @AfterEach
  void closeAll() {
    for (VmId vm : List.of(VM, OTHER_VM)) {
      if (guests.hasGuest(vm)) {
        guests.guest(vm).destroy();
      }
    }
    host.close();
    witness.close();
    control.close();
    witnessControl.close();
    log.close();
  }

  private void offerTerms(String endpoint) {
    offerTerms(3, endpoint);
  }

  private void offerTerms(int version, String endpoint) {
    WitnessList list =
        WitnessList.newBuilder()
            .setVersion(version)
            .addWitnesses(
                WitnessAddress.newBuilder().setId("host-north-04-h2").setEndpoint(endpoint))
            .build();
    control.send(
        ToAgent.newBuilder()
            .setLease(LeaseTerms.newBuilder().setLeaseEpoch(7).setTtlMs(TTL_MS).setActive(list))
            .build());
    control.await(
        m -> m.hasHeartbeat() && m.getHeartbeat().getLease().getActiveVersion() == version);
  }

  private void awaitHeld() {
    control.await(m -> m.hasHeartbeat() && m.getHeartbeat().getLease().getHeld());
  }

  private GuestStatus awaitEnded(VmId vm) {
    return await()
        .atMost(LONG)
        .until(
            () ->
                control
                    .await(m ->
                        m.hasGuestChanged()
                            && m.getGuestChanged().getGuest().getVmId().equals(vm.text())
                            && m.getGuestChanged().getGuest().getState() == GuestStatus.State.ENDED)
                    .getGuestChanged()
                    .getGuest(),
            _ -> true);
  }

  @Test
  void shouldNotNeedALeaseThatNobodyAsksFor() {
    OrderResult booted = control.execute("boot", Orders.boot(restartable(VM), 1));

    assertThat(booted.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
    Hello hello = control.awaitHello(1);
    assertThat(hello.hasLease()).isTrue();
    assertThat(hello.getLease().getLeaseEpoch()).isZero();
    assertThat(hello.getWitnessEndpoint()).startsWith("127.0.0.1:");
  }

  @Test
  void shouldStartOnlyGuestsThatStayHereWhileItHasNoLease() {
    offerTerms("127.0.0.1:1");

    OrderResult refused = control.execute("boot/1", Orders.boot(restartable(VM), 1));
    OrderResult kept = control.execute("boot/2", Orders.boot(spec(OTHER_VM), 1));

    assertThat(refused.getFailure().getCode()).isEqualTo(Code.LEASE_NOT_HELD);
    assertThat(refused.getFailure().getDetail())
        .contains(VM.text(), "does not hold its lease of epoch 7", "0 ms remain");
    assertThat(kept.getGuest().getState()).isEqualTo(GuestStatus.State.RUNNING);
    assertThat(guests.hasGuest(OTHER_VM)).isTrue();
    assertThat(guests.journal()).as("nothing of the other was made").hasSize(2);
  }

  /** The control plane repeats the order under its id. */
  @Test
  void shouldNotRememberARefusalOnceItHoldsItsLease() {
    offerTerms("127.0.0.1:1");
    assertThat(control.execute("boot", Orders.boot(restartable(VM), 1)).hasFailure()).isTrue();

    offerTerms(4, witnessEndpoint);
    awaitHeld();

    control.order("boot", Orders.boot(restartable(VM), 1));
    await().atMost(LONG).until(() -> control.results("boot").size() == 2);
    assertThat(control.results("boot").getLast().getGuest().getState())
        .isEqualTo(GuestStatus.State.RUNNING);
  }

  @Test
  void shouldEndWhatMayStartElsewhereAndNothingElseWhenItsWitnessIsGone() {
    offerTerms(witnessEndpoint);
    awaitHeld();
    assertThat(control.execute("boot/1", Orders.boot(restartable(VM), 1)).hasGuest()).isTrue();
    assertThat(control.execute("boot/2", Orders.boot(spec(OTHER_VM), 1)).hasGuest()).isTrue();
    ProcessIdentity kept = guests.guest(OTHER_VM).process().orElseThrow();

    witness.close();

    assertThat(awaitEnded(VM).getReason()).contains("its process died", "lease");
    assertThat(kept.isAlive()).isTrue();
    control.await(m -> m.hasHeartbeat() && !m.getHeartbeat().getLease().getHeld());
    OrderResult refused = control.execute("boot/3", Orders.boot(restartable(VM), 2));
    assertThat(refused.getFailure().getCode()).isEqualTo(Code.LEASE_NOT_HELD);
  }

  @Test
  void shouldGuardAdoptedGuestsAndAskWithoutAControlPlaneAfterARestart() {
    offerTerms(witnessEndpoint);
    awaitHeld();
    assertThat(control.execute("boot/1", Orders.boot(restartable(VM), 1)).hasGuest()).isTrue();
    ProcessIdentity guest = guests.guest(VM).process().orElseThrow();

    host.close();
    host = start("host", control, guests);

    Hello hello = control.awaitHello(2);
    assertThat(hello.getLease().getLeaseEpoch()).isEqualTo(7);
    assertThat(hello.getLease().getActiveVersion()).isEqualTo(3);
    assertThat(hello.getGuests(0).getState()).isEqualTo(GuestStatus.State.RUNNING);
    assertThat(guest.isAlive()).isTrue();
    witness.close();
    awaitEnded(VM);
    assertThat(guest.isAlive()).isFalse();
  }
}
