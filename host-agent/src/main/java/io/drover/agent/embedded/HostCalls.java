package io.drover.agent.embedded;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.ValType;
import io.drover.agent.guest.GuestConsole;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What a guest may call: the imports of module {@code drover}. Pointers and lengths are checked by
 * the guest's own memory; whatever is wrong traps the guest. Runs on the guest's thread.
 *
 * <pre>
 * console_write(ptr i32, len i32)
 * clock_ns() -> i64                     since first boot; never goes back; migrations included
 * random(ptr i32, len i32)
 * argument(namePtr i32, nameLen i32) -> i64   as the image's manifest declares it
 * frame_send(ptr i32, len i32)
 * frame_receive(ptr i32, max i32) -> i32      length, or 0 when none waits
 * stop_requested() -> i32               1 once the VM shall stop: return a negative delay then
 * </pre>
 */
final class HostCalls {
  static final String MODULE = "drover";

  /** Of one console line or random request: keeps a guest from holding its host's thread. */
  private static final int CHUNK_LIMIT_BYTES = 64 * 1024;

  private static final long[] NOTHING = {};

  /** Name and type of every import there is. */
  static final Map<String, FunctionType> TYPES =
      Map.of(
          "console_write", type(List.of(ValType.I32, ValType.I32)),
          "clock_ns", type(List.of(), ValType.I64),
          "random", type(List.of(ValType.I32, ValType.I32)),
          "argument", type(List.of(ValType.I32, ValType.I32), ValType.I64),
          "frame_send", type(List.of(ValType.I32, ValType.I32)),
          "frame_receive", type(List.of(ValType.I32, ValType.I32), ValType.I32),
          "stop_requested", type(List.of(), ValType.I32));

  private final SecureRandom random = new SecureRandom();
  private final GuestConsole console;
  private final GuestClock clock;
  private final Map<String, Long> arguments;
  private final FramePort frames;
  private final BooleanSupplier stopRequested;

  HostCalls(
      GuestConsole console,
      GuestClock clock,
      Map<String, Long> arguments,
      FramePort frames,
      BooleanSupplier stopRequested) {
    this.console = console;
    this.clock = clock;
    this.arguments = arguments;
    this.frames = frames;
    this.stopRequested = stopRequested;
  }

  ImportValues imports() {
    Map<String, WasmFunctionHandle> handlers = new TreeMap<>();
    handlers.put("console_write", (instance, args) -> consoleWrite(instance.memory(), args));
    handlers.put("clock_ns", (_, _) -> new long[] {clock.nowNs()});
    handlers.put("random", (instance, args) -> random(instance.memory(), args));
    handlers.put("argument", (instance, args) -> argument(instance.memory(), args));
    handlers.put("frame_send", (instance, args) -> frameSend(instance.memory(), args));
    handlers.put("frame_receive", (instance, args) -> frameReceive(instance.memory(), args));
    handlers.put("stop_requested", (_, _) -> new long[] {stopRequested.getAsBoolean() ? 1 : 0});
    return ImportValues.builder()
        .withFunctions(
            TYPES.entrySet().stream()
                .map(e ->
                    new HostFunction(MODULE, e.getKey(), e.getValue(), handlers.get(e.getKey())))
                .collect(Collectors.toList()))
        .build();
  }

  private long[] consoleWrite(Memory memory, long[] args) {
    byte[] text = memory.readBytes((int) args[0], limited("console_write", args[1]));
    console.append(text, 0, text.length);
    return NOTHING;
  }

  private long[] random(Memory memory, long[] args) {
    byte[] bytes = new byte[limited("random", args[1])];
    random.nextBytes(bytes);
    memory.write((int) args[0], bytes);
    return NOTHING;
  }

  private long[] argument(Memory memory, long[] args) {
    String name =
        new String(
            memory.readBytes((int) args[0], limited("argument", args[1])), StandardCharsets.UTF_8);
    Long value = arguments.get(name);
    if (value == null) {
      throw new TrapException("argument " + name + " is not declared in the image's manifest");
    }
    return new long[] {value};
  }

  private long[] frameSend(Memory memory, long[] args) {
    int length = (int) args[1];
    if (length <= 0 || length > FramePort.FRAME_LIMIT_BYTES) {
      throw new TrapException(
          "frame_send of %d bytes; a frame has 1 to %d"
              .formatted(Integer.toUnsignedLong(length), FramePort.FRAME_LIMIT_BYTES));
    }
    frames.send(memory.readBytes((int) args[0], length));
    return NOTHING;
  }

  private long[] frameReceive(Memory memory, long[] args) {
    byte[] frame = frames.poll();
    if (frame == null) {
      return new long[] {0};
    }
    if (frame.length > Integer.toUnsignedLong((int) args[1])) {
      throw new TrapException(
          "frame_receive into %d bytes of a frame of %d"
              .formatted(Integer.toUnsignedLong((int) args[1]), frame.length));
    }
    memory.write((int) args[0], frame);
    return new long[] {frame.length};
  }

  private static int limited(String call, long length) {
    if (Integer.compareUnsigned((int) length, CHUNK_LIMIT_BYTES) > 0) {
      throw new TrapException(
          "%s of %d bytes; the limit is %d"
              .formatted(call, Integer.toUnsignedLong((int) length), CHUNK_LIMIT_BYTES));
    }
    return (int) length;
  }

  private static FunctionType type(List<ValType> params, ValType... returns) {
    return FunctionType.of(params, Arrays.asList(returns));
  }
}
