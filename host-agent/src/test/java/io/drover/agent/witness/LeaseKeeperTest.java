package io.drover.agent.witness;

import static io.drover.agent.fake.Samples.OTHER_VM;
import static io.drover.agent.fake.Samples.VM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.agent.fake.CapturedLog;
import io.drover.agent.fake.FakeGuest;
import io.drover.agent.fake.FakeHypervisor;
import io.drover.agent.fake.Samples;
import io.drover.agent.guest.GuestListener;
import io.drover.agent.process.ProcessIdentity;
import io.drover.agent.store.AgentStore;
import io.drover.config.units.VmId;
import io.drover.protocol.v1.LeaseStatus;
import io.drover.protocol.v1.LeaseTerms;
import io.drover.protocol.v1.WitnessList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lease with real witnesses, a real guard and real processes to kill. */
class LeaseKeeperTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Long enough for a busy machine to ask in time, short enough to wait for its end. */
  private static final int TTL_MS = 4_000;

  @TempDir private Path directory;
  private TestWitness a;
  private TestWitness b;
  private TestWitness c;
  private AgentStore store;
  private LeaseKeeper keeper;
  private final FakeHypervisor guests = new FakeHypervisor();
  private final AtomicInteger ended = new AtomicInteger();
  private CapturedLog log;

  @BeforeEach
  void start() throws IOException {
    log = CapturedLog.of(LeaseKeeper.class.getName());
    a = new TestWitness("a", directory);
    b = new TestWitness("b", directory);
    c = new TestWitness("c", directory);
    guests.useProcesses();
    open();
  }

  private void open() throws IOException {
    store = AgentStore.open(directory.resolve("agent"));
    keeper = LeaseKeeper.open(store, directory.resolve("lease"));
  }

  private void closeAgent() {
    keeper.close();
    store.close();
  }

  @AfterEach
  void close() throws IOException {
    for (VmId vm : List.of(VM, OTHER_VM)) {
      if (guests.hasGuest(vm)) {
        guests.guest(vm).destroy();
      }
    }
    closeAgent();
    List.of(a, b, c).forEach(TestWitness::close);
    log.close();
    assertThat(guards()).as("nothing to guard: no guard stays").isEmpty();
  }

  private List<ProcessIdentity> guards() throws IOException {
    return ProcessIdentity.mentioning(directory + "/lease/guard.sh");
  }

  private static WitnessList.Builder list(long version, TestWitness... witnesses) {
    WitnessList.Builder list = WitnessList.newBuilder().setVersion(version);
    List.of(witnesses).forEach(witness -> list.addWitnesses(witness.listed()));
    return list;
  }

  private void offer(long epoch, WitnessList.Builder active) {
    keeper.offer(TestWitness.HOST, terms(epoch, active).build());
  }

  private static LeaseTerms.Builder terms(long epoch, WitnessList.Builder active) {
    return LeaseTerms.newBuilder().setLeaseEpoch(epoch).setTtlMs(TTL_MS).setActive(active);
  }

  private void awaitHeld(long epoch) {
    await().atMost(LONG).until(keeper::status, s -> s.getHeld() && s.getLeaseEpoch() == epoch);
  }

  private FakeGuest guarded(VmId vm) throws Exception {
    FakeGuest guest = (FakeGuest) guests.boot(Samples.restartable(vm), GuestListener.NONE);
    keeper.guard(vm, guest, ended::incrementAndGet);
    return guest;
  }

  private static ProcessIdentity processOf(FakeGuest guest) {
    return guest.process().orElseThrow();
  }

  private void awaitKilled(FakeGuest guest) {
    await().atMost(LONG).until(() -> !processOf(guest).isAlive());
    keeper.release(guest.spec().vm());
  }

  @Test
  void shouldHoldTheLeaseOnceAMajorityVouchesAndAGuardWatches() throws Exception {
    assertThat(keeper.refusal()).as("nobody asks for a lease").isEmpty();
    c.close();

    offer(1, list(1, a, b, c));

    awaitHeld(1);
    assertThat(keeper.refusal()).isEmpty();
    assertThat(keeper.status().getActiveVersion()).isOne();
    assertThat(keeper.status().getRemainingMs()).isBetween(1, TTL_MS);
    assertThat(guards()).hasSize(1);
    c.start();
  }

  @Test
  void shouldRefuseGuestsUntilAMajorityVouches() throws Exception {
    b.close();
    c.close();

    offer(1, list(1, a, b, c));

    await().atMost(LONG).until(() -> keeper.status().getActiveVersion() == 1);
    await().atMost(LONG).until(() -> keeper.refusal().isPresent());
    assertThat(keeper.refusal().orElseThrow()).contains("epoch 1", "no majority");
    assertThat(keeper.status().getHeld()).isFalse();
    b.start();
    awaitHeld(1);
    c.start();
  }

  @Test
  void shouldKillGuestsOfARevokedLeaseAndHoldTheNextOne() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeGuest guest = guarded(VM);

    assertThat(a.revoke(1).getRevoked()).isTrue();
    assertThat(b.revoke(1).getRevoked()).isTrue();

    awaitKilled(guest);
    await().atMost(LONG).until(() -> keeper.refusal().orElse("").contains("over"));
    assertThat(keeper.status().getHeld()).isFalse();
    assertThat(log.messages()).filteredOn(line -> line.startsWith("lease: over")).hasSize(1);
    offer(2, list(2, a, b, c));
    awaitHeld(2);
    assertThat(processOf(guarded(OTHER_VM)).isAlive()).isTrue();
  }

  @Test
  void shouldKeepGuestsAndLeaseOverARestartOfTheAgent() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeGuest guest = guarded(VM);
    List<ProcessIdentity> before = guards();

    closeAgent();
    open();

    awaitHeld(1);
    assertThat(processOf(guest).isAlive()).isTrue();
    assertThat(guards()).isEqualTo(before);
  }

  @Test
  void shouldNotDodgeARevocationByARestart() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeGuest guest = guarded(VM);
    a.revoke(1);
    b.revoke(1);

    closeAgent();
    open();

    awaitKilled(guest);
    await().atMost(LONG).until(() -> !keeper.status().getHeld());
    assertThat(keeper.status().getLeaseEpoch()).isOne();
    offer(1, list(1, a, b, c));
    assertThat(keeper.refusal()).isPresent();
  }

  @Test
  void shouldKillGuestsOfAnAgentThatDoesNotComeBack() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeGuest guest = guarded(VM);

    closeAgent();

    await().atMost(LONG).until(() -> !processOf(guest).isAlive());
    await().atMost(LONG).until(() -> guards().isEmpty());
    open();
  }

  @Test
  void shouldStartAnotherGuardWhenItsGuardIsKilled() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeGuest guest = guarded(VM);
    ProcessIdentity first = guards().getFirst();

    try (CapturedLog guardLog = CapturedLog.of("io.drover.agent.guard.GuardProcess")) {
      first.kill();
      await().atMost(LONG).until(() -> guards().size() == 1 && !guards().contains(first));
      assertThat(guardLog.messages()).anyMatch(line -> line.contains("another one"));
    }

    awaitHeld(1);
    assertThat(processOf(guest).isAlive()).isTrue();
    List.of(a, b).forEach(TestWitness::close);
    awaitKilled(guest);
    a.start();
    b.start();
  }

  @Test
  void shouldEndGuestsInsideThisProcessBeforeTheGuardHasToKillIt() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeHypervisor inside = new FakeHypervisor();
    FakeGuest guest = (FakeGuest) inside.boot(Samples.restartable(VM), GuestListener.NONE);
    keeper.guard(VM, guest, ended::incrementAndGet);

    List.of(a, b).forEach(TestWitness::close);

    await().atMost(LONG).until(() -> ended.get() == 1);
    await().atMost(LONG).until(() -> guards().isEmpty()); // it had nothing to kill: not even us
    a.start();
    b.start();
    awaitHeld(1);
  }

  @Test
  void shouldGuardNothingWhenNobodyAsksForALeaseAnyMore() throws Exception {
    offer(1, list(1, a, b, c));
    awaitHeld(1);
    FakeGuest guest = guarded(VM);

    offer(1, list(2));

    await().atMost(LONG).until(() -> guards().isEmpty());
    assertThat(keeper.refusal()).isEmpty();
    assertThat(keeper.status().getHeld()).isFalse();
    assertThat(processOf(guest).isAlive()).isTrue();
  }

  @Test
  void shouldAcknowledgeAPendingListAndNeedItsMajority() throws Exception {
    offer(1, list(1, a, b));
    awaitHeld(1);

    keeper.offer(TestWitness.HOST, terms(1, list(1, a, b)).setPending(list(2, b, c)).build());

    await().atMost(LONG).until(() -> keeper.status().getPendingVersion() == 2);
    assertThat(store.lease().orElseThrow().pending()).isPresent();
    c.close();
    await().atMost(LONG).until(() -> !keeper.status().getHeld());
    c.start();
    awaitHeld(1);
  }

  @Test
  void shouldNotTellOfTermsThatAreNotOnDisk() throws Exception {
    store.close();

    offer(1, list(1, a, b, c));

    await().atMost(LONG).until(() -> log.messages().contains("lease terms cannot be kept"));
    assertThat(keeper.status()).isEqualTo(LeaseStatus.getDefaultInstance());
    store = AgentStore.open(directory.resolve("agent"));
  }

  @Test
  void shouldIgnoreTermsThatMakeNoSense() {
    keeper.offer("nobody", terms(1, list(1, a)).build());
    keeper.offer(TestWitness.HOST, terms(1, list(1, a, a)).build());

    await()
        .atMost(LONG)
        .until(
            () -> log.messages().stream().filter("lease terms make no sense"::equals).count() == 2);
    assertThat(keeper.refusal()).isEmpty();
  }
}
