package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import io.drover.agent.guest.GuestConsole;
import io.drover.agent.guest.HypervisorException;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our memory under Chicory's compiled code, held against a plain byte array. */
class LinearMemoryTest {
  private static final int SIZE = 4 * 65536;
  private static final int STEPS = 20_000;
  private static final byte[] PASSIVE = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

  /** Width in bytes and whether the loaded value keeps its sign, by instruction. */
  private static final Map<String, Integer> STORES =
      Map.of(
          "i32.store",
          4,
          "i32.store8",
          1,
          "i32.store16",
          2,
          "i64.store",
          8,
          "i64.store8",
          1,
          "i64.store16",
          2,
          "i64.store32",
          4,
          "f32.store",
          4,
          "f64.store",
          8);

  private static final List<String> LOADS =
      List.of(
          "i32.load",
          "i32.load8_u",
          "i32.load8_s",
          "i32.load16_u",
          "i32.load16_s",
          "i64.load",
          "i64.load8_u",
          "i64.load8_s",
          "i64.load16_u",
          "i64.load16_s",
          "i64.load32_u",
          "i64.load32_s",
          "f32.load",
          "f64.load");

  private final GuestRam ram = GuestRam.allocate(new ByteSize(SIZE));
  private final DirtyPages dirty = new DirtyPages(SIZE);

  LinearMemoryTest() throws HypervisorException {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20260707})
  void shouldDoWhatAByteArrayDoesAndMarkExactlyThePagesWritten(long seed) throws IOException {
    Instance guest = instantiate("memory-ops", true);
    MemoryModel model = new MemoryModel(ram.segment().toArray(ValueLayout.JAVA_BYTE));
    collect();
    Random random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      String what = "seed " + seed + ", step " + step;
      oneStep(guest, model, random, what);
      if (step % 64 == 0) {
        assertThat(collect()).as(what).isEqualTo(model.collect());
      }
    }
    assertThat(ram.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(model.bytes);
  }

  private static void oneStep(Instance guest, MemoryModel model, Random random, String what) {
    int address = address(random);
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        List<String> names = List.copyOf(STORES.keySet());
        String name = names.get(random.nextInt(names.size()));
        long value = random.nextLong();
        boolean fits = model.store(address, value, STORES.getOrDefault(name, 0));
        call(guest, what + " " + name, fits, name, address, value);
      }
      case 2 -> {
        String name = LOADS.get(random.nextInt(LOADS.size()));
        int width = MemoryModel.loadWidth(name);
        boolean fits = model.holds(address, width);
        long[] loaded = call(guest, what + " " + name, fits, name, address);
        if (fits) {
          assertThat(loaded[0]).as(what + " " + name).isEqualTo(model.load(name, address, width));
        }
      }
      case 3 -> {
        int length = length(random);
        byte value = (byte) random.nextInt();
        boolean fits = model.fill(address, value, length);
        call(guest, what, fits, "memory.fill", address, value, length);
      }
      case 4 -> {
        int from = address(random);
        int length = length(random);
        boolean fits = model.copy(address, from, length);
        call(guest, what, fits, "memory.copy", address, from, length);
      }
      default -> {
        int from = random.nextInt(20);
        int length = random.nextInt(20);
        boolean fits = model.write(address, PASSIVE, from, length);
        call(guest, what, fits, "memory.init", address, from, length);
      }
    }
  }

  /** Anywhere, mostly near page boundaries and the end, now and then beyond it or above 2 GiB. */
  private static int address(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> SIZE - random.nextInt(20) + 4;
      case 2 -> random.nextInt(SIZE);
      default -> Math.max(0, random.nextInt(SIZE >> 12) * 4096 + random.nextInt(24) - 12);
    };
  }

  private static int length(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt();
      case 1 -> 0;
      case 2 -> random.nextInt(3 * 4096);
      default -> random.nextInt(40);
    };
  }

  private static long[] call(Instance guest, String what, boolean fits, String name, long... args) {
    if (!fits) {
      assertThatThrownBy(() -> guest.export(name).apply(args))
          .as(what)
          .isInstanceOf(ChicoryException.class)
          .hasMessageContaining("out of bounds memory access");
      return new long[0];
    }
    return guest.export(name).apply(args);
  }

  @Test
  void shouldKeepItsSizeFromStartToEnd() throws IOException {
    Instance guest = instantiate("memory-ops", true);

    assertThat(guest.export("memory.size").apply()[0]).isEqualTo(4);
    assertThat((int) guest.export("memory.grow").apply(1)[0]).isEqualTo(-1);
    assertThat(guest.export("memory.grow").apply(0)[0]).isEqualTo(4);
  }

  @Test
  void shouldCrossAPageWithAnOffsetAndMarkBothPages() throws IOException {
    Instance guest = instantiate("memory-ops", true);
    collect();

    guest.export("i64.store+3").apply(4096 - 6, 0x1122334455667788L);

    assertThat(collect()[0]).isEqualTo(0b11);
    assertThat(guest.export("i64.load").apply(4096 - 3)[0]).isEqualTo(0x1122334455667788L);
  }

  @Test
  void shouldFillAndMarkThePagesOfActiveSegmentsOnly() throws IOException {
    instantiate("memory-ops", true);

    assertThat(collect()[0]).isEqualTo(0b1100);
    assertThat(ram.segment().get(ValueLayout.JAVA_BYTE, 0x3003)).isEqualTo((byte) '.');
  }

  @Test
  void shouldLeaveAnIncomingGuestsMemoryAlone() throws IOException {
    instantiate("memory-ops", false);

    assertThat(collect()).containsOnly(0);
    assertThat(ram.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void shouldTrapWhenADroppedSegmentIsUsed() throws IOException {
    Instance guest = instantiate("memory-ops", true);

    guest.export("data.drop").apply();

    assertThatThrownBy(() -> guest.export("memory.init").apply(0, 0, 1))
        .isInstanceOf(WasmRuntimeException.class);
    guest.export("memory.init").apply(0, 0, 0);
  }

  @Test
  void shouldSupportReadModifyWriteInstructions() throws IOException {
    Instance guest = instantiate("atomic-ops", true);
    collect();

    assertThat(guest.export("i32.atomic.rmw.add").apply(4096, 5)[0]).isZero();
    assertThat(guest.export("i32.atomic.rmw.add").apply(4096, 7)[0]).isEqualTo(5);
    assertThat(guest.export("i64.atomic.rmw.xchg").apply(4096, -1)[0]).isEqualTo(12);
    assertThat(guest.export("i64.atomic.rmw8.xor_u").apply(4097, 0x0f)[0]).isEqualTo(0xff);
    guest.export("i32.atomic.store16").apply(4098, 0x1234);
    assertThat(guest.export("i64.atomic.load").apply(4096, 0)[0]).isEqualTo(0xffffffff1234f0ffL);
    assertThat(collect()[0]).isEqualTo(0b10);
  }

  @Test
  void shouldTrapAWaitAndWakeNobody() {
    LinearMemory memory = new LinearMemory(ram.segment(), dirty, true);

    assertThatThrownBy(() -> memory.atomicWait(0, 0, 1)).isInstanceOf(TrapException.class);
    assertThatThrownBy(() -> memory.atomicWait(0, 0L, 1L)).isInstanceOf(TrapException.class);
    assertThat(memory.atomicNotify(0, 1)).isZero();
  }

  @Test
  void shouldGiveItsPagesBackAndReadAsZeroAfterRelease() {
    ram.segment().fill((byte) 7);

    ram.release();

    assertThat(ram.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  private Instance instantiate(String name, boolean fillFromImage) throws IOException {
    WasmModule module = Parser.parse(TestGuests.wasm(name));
    LinearMemory memory = new LinearMemory(ram.segment(), dirty, fillFromImage);
    GuestClock clock = new GuestClock(System::nanoTime, InstantSource.system());
    HostCalls calls =
        new HostCalls(new GuestConsole(), clock, Map.of(), new FramePort(() -> {}), () -> false);
    return Instance.builder(module)
        .withMachineFactory(MachineFactoryCompiler.compile(module))
        .withMemoryFactory(_ -> memory)
        .withImportValues(calls.imports())
        .build();
  }

  private long[] collect() {
    long[] bitmap = new long[SIZE / 4096 / 64];
    dirty.collect(bitmap);
    return bitmap;
  }
}
