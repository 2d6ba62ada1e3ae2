package io.drover.agent.store;

import static io.drover.agent.fake.Samples.MIGRATION;
import static io.drover.agent.fake.Samples.VM;
import static io.drover.agent.fake.Samples.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.agent.store.VmRecord.MigrationMark;
import io.drover.agent.store.VmRecord.Power;
import io.drover.agent.store.VmRecord.Side;
import io.drover.config.units.Epoch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store keeps over a crash, and what it refuses to guess. */
class AgentStoreTest {
  private static final VmRecord OLD =
      VmRecord.unknown(VM).granted(new Epoch(3), spec(), "fake", Power.RUNNING);
  private static final VmRecord NEW = OLD.seen(new Epoch(4)).vacated();

  @TempDir private Path directory;

  @Test
  void shouldFindEverythingAgain() {
    VmRecord migrating = OLD.migrating(new MigrationMark(MIGRATION, Side.SOURCE));
    AgentRecord agent =
        AgentRecord.NEW.withControlEpoch(new Epoch(7)).withEndpoints(2, List.of("127.0.0.1:7200"));
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(migrating);
      store.save(agent);
    }

    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isEqualTo(migrating);
      assertThat(store.agent()).isEqualTo(agent);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void shouldHoldAllOfTheOldOrAllOfTheNewRecordWhereverASaveStops(int steps) {
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(OLD);
    }
    CrashingFiles files = new CrashingFiles(steps);
    boolean saved = true;
    try (AgentStore store = AgentStore.open(directory, files)) {
      store.save(NEW);
    } catch (StoreException e) {
      saved = false;
    }

    try (AgentStore store = AgentStore.open(directory)) {
      assertThat(store.vm(VM)).isIn(OLD, NEW);
      if (saved) {
        assertThat(store.vm(VM)).isEqualTo(NEW);
      }
      store.save(NEW); // what was left behind is in nobody's way
    }
    assertThat(saved).isEqualTo(steps >= CrashingFiles.STEPS_OF_A_SAVE);
  }

  @Test
  void shouldNotActOnARecordThatIsNotOnDisk() {
    try (AgentStore store = AgentStore.open(directory, new CrashingFiles(5))) {
      assertThatThrownBy(() -> store.save(OLD)).isInstanceOf(StoreException.class);
      assertThat(store.vm(VM)).isEqualTo(VmRecord.unknown(VM));
    }
  }

  @Test
  void shouldRefuseEveryTruncationNamingTheFile() throws IOException {
    Path file = saved();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> AgentStore.open(directory))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(file.getFileName().toString());
    }
  }

  @Test
  void shouldRefuseARecordOfANewerVersion() throws IOException {
    Path file = saved();
    Files.writeString(file, Files.readString(file).replace("\"version\" : 1", "\"version\" : 2"));

    assertThatThrownBy(() -> AgentStore.open(directory))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("version 2");
  }

  @Test
  void shouldRefuseARecordThatLacksAField() throws IOException {
    Path file = saved();
    Files.writeString(file, Files.readString(file).replace("heldEpoch", "heldepoch"));

    assertThatThrownBy(() -> AgentStore.open(directory)).hasMessageContaining("heldEpoch");
  }

  @Test
  void shouldRefuseADamagedAgentFile() throws IOException {
    saved();
    Files.write(
        directory.resolve("agent.json"), "{\"version\":1}x".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> AgentStore.open(directory)).hasMessageContaining("agent.json");
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
  void shouldDropAGrantWhenAHigherEpochIsSeen() {
    VmRecord seen = OLD.seen(new Epoch(9));

    assertThat(seen.grant()).isEmpty();
    assertThat(seen.heldEpoch()).isEqualTo(new Epoch(3));
    assertThat(OLD.seen(new Epoch(1))).isEqualTo(OLD);
  }

  private Path saved() {
    try (AgentStore store = AgentStore.open(directory)) {
      store.save(OLD);
    }
    return directory.resolve("vms").resolve(VM.text() + ".json");
  }

  /**
   * Stops after so many steps, as a crash would; a write that is its last leaves half of the file.
   * Each write and sync has a point before and one after it.
   */
  private static final class CrashingFiles implements DurableFiles {
    private static final int STEPS_OF_A_SAVE = 6;

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
    public void delete(Path file) throws IOException {
      REAL.delete(file);
    }
  }
}
