package io.drover.agent.store;

import static io.drover.agent.fake.Samples.MIGRATION;
import static io.drover.agent.fake.Samples.VM;
import static io.drover.agent.fake.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.guest.GuestSpec;
import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.lease.WitnessList;
import io.drover.agent.lease.WitnessList.Witness;
import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store keeps over a crash, and what it refuses to guess. */
class AgentStoreTest {
  private static final VmRecord OLD =
      VmRecord.unknown(VM).granted(new Epoch(3), spec(), "fake", Power.RUNNING);
  private static final VmRecord NEW = OLD.seen(new Epoch(4)).vacated();

  private static final HostId HOST = HostId.parse("host-north-03-h1");
  private static final int BLOCK = 512;

  @TempDir private Path directory;

  @Test
  void shouldFindEverythingAgain() {
    VmRecord migrating = OLD.migrating(new MigrationMark(MIGRATION, Side.SOURCE));
    AgentRecord agent =
        AgentRecord.create()
            .withControlEpoch(new Epoch(7))
            .withEndpoints(
                new EndpointRecord(
                    new Epoch(3), 2, List.of("127.0.0.1:7200", "127.0.0.1:7201"), 1));
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(migrating);
      store.save(agent);
    }

    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isEqualTo(migrating);
      assertThat(store.agent()).isEqualTo(agent);
    }
  }

  @Test
  void shouldFindLeaseAndRevocationsAgain() {
    LeaseTerms terms =
        new LeaseTerms(
            HOST,
            new Epoch(4),
            Duration.ofSeconds(6),
            new WitnessList(2, List.of(new Witness("n1", "127.0.0.1:7200"))),
            Optional.of(
                new WitnessList(
                    3, List.of(new Witness("z", "127.0.0.1:1"), new Witness("a", "127.0.0.1:2")))));
    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.lease()).isEmpty();
      store.save(terms);
      store.saveRevocation(HOST, new Epoch(5));
      store.saveRevocation(HOST, new Epoch(3));
    }

    for (int restart = 0; restart < 2; restart++) { // of the log, and of the log that replaced it
      try (AgentStore store = AgentStore.open(directory)) {
        assertThat(store.lease()).contains(terms);
        assertThat(store.revocations()).isEqualTo(Map.of(HOST, new Epoch(5)));
      }
    }
  }

  @Test
  void shouldNotPromiseARevocationThatIsNotOnDisk() {
    AgentStore store = AgentStore.open(directory);
    store.close();

    assertThatThrownBy(() -> store.saveRevocation(HOST, new Epoch(5)))
        .isInstanceOf(StoreException.class);

    assertThat(store.revocations()).isEmpty();
  }

  @Test
  void shouldBeTheSameFolderAgainAndNoOther(@TempDir Path other) {
    String first;
    try (AgentStore store = AgentStore.open(directory)) {
      first = store.agent().stateId();
    }

    assertThat(first).isNotEmpty();
    try (AgentStore again = AgentStore.open(directory);
        AgentStore stranger = AgentStore.open(other)) {
      assertThat(again.agent().stateId()).isEqualTo(first);
      assertThat(stranger.agent().stateId()).isNotEqualTo(first);
    }
  }

  @Test
  void shouldHoldAllOfTheOldOrAllOfTheNewRecordWhereverAnAppendStops() throws IOException {
    byte[] before = log(OLD);
    byte[] after = log(OLD, NEW);
    int end = end(after);
    for (int written = end(before); written <= end; written++) {
      byte[] torn = Arrays.copyOf(Arrays.copyOf(after, written), after.length);
      assertThat(reopened(torn)).isEqualTo(written == end ? NEW : OLD);
    }
  }

  @Test
  void shouldHoldAllOfTheOldOrAllOfTheNewRecordWhicheverBlockOfAnAppendIsMissing()
      throws IOException {
    VmRecord large = OLD.granted(new Epoch(4), largeSpec(), "fake", Power.RUNNING);
    byte[] before = log(OLD);
    byte[] after = log(OLD, large);
    int blocks = (end(after) - 1) / BLOCK - end(before) / BLOCK + 1;
    assertThat(blocks).isGreaterThan(2);
    for (int missing = 0; missing < blocks; missing++) {
      byte[] torn = after.clone();
      int from = (end(before) / BLOCK + missing) * BLOCK;
      System.arraycopy(before, from, torn, from, BLOCK);
      assertThat(reopened(torn)).isEqualTo(OLD);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void shouldKeepEverythingWhereverAStartStops(int steps) {
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(OLD);
      store.save(NEW);
    }
    boolean started = true;
    try (AgentStore store = AgentStore.open(directory, new CrashingFiles(steps))) {
      assertThat(store.vm(VM)).isEqualTo(NEW);
    } catch (StoreException e) {
      started = false;
    }

    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isEqualTo(NEW);
    }
    assertThat(started).isEqualTo(steps >= CrashingFiles.STEPS_OF_A_REPLACE);
  }

  @Test
  void shouldNotActOnARecordThatIsNotOnDisk() {
    CrashingFiles files = new CrashingFiles(CrashingFiles.STEPS_OF_A_REPLACE + 1);
    try (AgentStore store = AgentStore.open(directory, files)) {
      assertThatThrownBy(() -> store.save(OLD)).isInstanceOf(StoreException.class);
      assertThat(store.vm(VM)).isEqualTo(VmRecord.unknown(VM));

      files.left = Integer.MAX_VALUE;
      store.save(NEW); // into a new log: what the failed write left behind is in nobody's way
    }
    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isEqualTo(NEW);
    }
  }

  @Test
  void shouldStartANewLogWhenOneIsFull() throws IOException {
    VmRecord large = OLD.granted(new Epoch(4), largeSpec(), "fake", Power.RUNNING);
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(AgentRecord.create().withControlEpoch(new Epoch(7)));
      for (int i = 0; i < 3 * RecordLog.CAPACITY_MIN / 8_000; i++) {
        store.save(large);
        store.save(NEW);
      }
    }
    assertThat(Files.size(file())).isEqualTo(RecordLog.CAPACITY_MIN);
    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isEqualTo(NEW);
      assertThat(store.agent().highestControlEpoch()).isEqualTo(new Epoch(7));
    }
  }

  @Test
  void shouldRefuseEveryDamageThatHidesLaterRecordsNamingTheFile() throws IOException {
    VmRecord large = OLD.granted(new Epoch(4), largeSpec(), "fake", Power.RUNNING);
    VmRecord[] many = new VmRecord[2 * RecordLog.RECORD_LIMIT / 8_000];
    Arrays.fill(many, large);
    byte[] whole = log(many);
    for (int at = 0; at < 2_000; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Files.write(file(), damaged);
      assertThatThrownBy(() -> AgentStore.open(directory))
          .as("byte %d", at)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(file().toString());
    }
  }

  @Test
  void shouldRefuseWhatIsNoLog() throws IOException {
    byte[] whole = log(OLD);
    Files.write(file(), Arrays.copyOf(whole, 7));
    assertThatThrownBy(() -> AgentStore.open(directory)).hasMessageContaining("no agent log");

    Files.write(file(), new byte[4096]);
    assertThatThrownBy(() -> AgentStore.open(directory)).hasMessageContaining("no agent log");
  }

  @Test
  void shouldRefuseARecordOfANewerVersion() throws IOException {
    writeLog(json(OLD).replace("\"version\":1", "\"version\":2"));

    assertThatThrownBy(() -> AgentStore.open(directory))
        .hasMessageContaining(file().toString())
        .hasMessageContaining("version 2");
  }

  @Test
  void shouldRefuseARecordThatLacksAField() throws IOException {
    writeLog(json(OLD).replace("heldEpoch", "heldepoch"));

    assertThatThrownBy(() -> AgentStore.open(directory)).hasMessageContaining("heldEpoch");
  }

  @Test
  void shouldBelongToOneAgent() {
    try (AgentStore first = AgentStore.open(directory)) {
      assertThat(first.vms()).isEmpty();
      assertThatThrownBy(() -> AgentStore.open(directory)).hasMessageContaining("another agent");
    }
    AgentStore.open(directory).close();
  }

  @Test
  void shouldLeaveTheNextAgentsRecordsAloneOnceItIsClosed() {
    AgentStore earlier = AgentStore.open(directory);
    earlier.save(OLD);
    earlier.close();
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(NEW);
    }

    assertThatThrownBy(() -> earlier.save(OLD))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("closed");

    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isEqualTo(NEW);
    }
  }

  @Test
  void shouldDropAGrantWhenAHigherEpochIsSeen() {
    VmRecord seen = OLD.seen(new Epoch(9));

    assertThat(seen.grant()).isEmpty();
    assertThat(seen.heldEpoch()).isEqualTo(new Epoch(3));
    assertThat(OLD.seen(new Epoch(1))).isEqualTo(OLD);
  }

  private Path file() {
    return directory.resolve(AgentStore.LOG_FILE);
  }

  /** The file as it is after these saves. */
  private byte[] log(VmRecord... records) throws IOException {
    Files.deleteIfExists(file());
    try (AgentStore store = AgentStore.open(directory)) {
      Stream.of(records).forEach(store::save);
    }
    return Files.readAllBytes(file());
  }

  private VmRecord reopened(byte[] log) throws IOException {
    Files.write(file(), log);
    try (AgentStore store = AgentStore.open(directory)) {
      return store.vm(VM);
    }
  }

  private static int end(byte[] log) {
    int end = log.length;
    while (log[end - 1] == 0) {
      end--;
    }
    return end;
  }

  private static GuestSpec largeSpec() {
    return new GuestSpec(
        VM, spec().image(), spec().resources(), Map.of("pad", "x".repeat(16 * BLOCK)));
  }

  private static String json(VmRecord record) {
    return new String(StoreCodec.write(record), StandardCharsets.UTF_8);
  }

  private void writeLog(String json) throws IOException {
    byte[] record = json.getBytes(StandardCharsets.UTF_8);
    RecordLog.create(file(), List.of(record), DurableFiles.REAL).close();
  }

  /**
   * Stops after so many steps, as a crash would; a write that is its last leaves half of it. Each
   * write and sync has a point before and one after it.
   */
  private static final class CrashingFiles implements DurableFiles {
    private static final int STEPS_OF_A_REPLACE = 6;

    private int left;

    private CrashingFiles(int steps) {
      this.left = steps;
    }

    private void step() throws IOException {
      if (left-- <= 0) {
        throw new IOException("crashed");
      }
    }

    @Override
    public void write(Path file, byte[] bytes) throws IOException {
      step();
      REAL.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      step();
      REAL.write(file, bytes);
    }

    @Override
    public void syncFile(Path file) throws IOException {
      step();
      REAL.syncFile(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      step();
      REAL.rename(from, to);
      step();
    }

    @Override
    public void syncDirectory(Path path) throws IOException {
      step();
      REAL.syncDirectory(path);
    }

    @Override
    public void append(FileChannel channel, long position, ByteBuffer bytes) throws IOException {
      step();
      REAL.append(channel, position, bytes.slice(0, bytes.remaining() / 2));
      step();
      REAL.append(channel, position, bytes);
    }
  }
}
