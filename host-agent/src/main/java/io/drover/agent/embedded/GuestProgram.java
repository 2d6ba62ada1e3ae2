package io.drover.agent.embedded;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Global;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.MutabilityType;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.ValType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A checked module and, from its first guest on, the JVM classes made of it, which all guests of
 * the image share. Safe on any thread.
 *
 * <p>The check makes sure that memory and mutable globals are all the state there is between two
 * slices: whatever else a module could change would silently stay behind in a migration.
 */
final class GuestProgram {
  /** {@code slice(budgetNs) -> delayNs}, see {@link Vcpu.Program}. */
  static final String SLICE = "slice";

  private static final FunctionType SLICE_TYPE =
      FunctionType.of(List.of(ValType.I64), List.of(ValType.I64));

  /** They change tables or segments, which are not part of the saved state. */
  private static final Set<OpCode> HIDDEN_STATE =
      EnumSet.of(
          OpCode.TABLE_SET,
          OpCode.TABLE_INIT,
          OpCode.TABLE_COPY,
          OpCode.TABLE_GROW,
          OpCode.TABLE_FILL,
          OpCode.DATA_DROP,
          OpCode.ELEM_DROP);

  private final WasmModule module;
  private final MemoryLimits limits;
  private volatile Function<Instance, Machine> machineFactory = this::compileFirst;

  private GuestProgram(WasmModule module, MemoryLimits limits) {
    this.module = module;
    this.limits = limits;
  }

  /**
   * @throws IllegalArgumentException saying why this is not an image that can run here
   */
  static GuestProgram parse(byte[] wasm) {
    if (wasm.length < GuestModules.MAGIC_BYTES || !GuestModules.isModule(wasm)) {
      throw new IllegalArgumentException("it is not WebAssembly: it does not start with \\0asm");
    }
    WasmModule module;
    try {
      module = Parser.parse(wasm);
    } catch (ChicoryException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("it is truncated or malformed: " + e.getMessage(), e);
    }
    requireImports(module);
    requireSlice(module);
    requireVisibleState(module);
    return new GuestProgram(module, memoryLimits(module));
  }

  WasmModule module() {
    return module;
  }

  /** What the module itself asks for. */
  long minMemoryBytes() {
    return (long) limits.initialPages() * com.dylibso.chicory.runtime.Memory.PAGE_SIZE;
  }

  /** More than this the module says it cannot use. */
  long maxMemoryBytes() {
    return (long) limits.maximumPages() * com.dylibso.chicory.runtime.Memory.PAGE_SIZE;
  }

  /** Compiles once, which takes some 100 ms; later calls cost nothing. */
  Machine machineFor(Instance instance) {
    return machineFactory.apply(instance);
  }

  private synchronized Machine compileFirst(Instance instance) {
    Function<Instance, Machine> compiled =
        MachineFactoryCompiler.builder(module)
            .withInterpreterFallback(
                InterpreterFallback.SILENT) // for functions above the JVM's limit
            .compile();
    machineFactory = compiled;
    return compiled.apply(instance);
  }

  private static void requireImports(WasmModule module) {
    module.importSection().stream()
        .forEach(wanted -> {
          FunctionType offered = HostCalls.TYPES.get(wanted.name());
          if (!HostCalls.MODULE.equals(wanted.module())
              || offered == null
              || !hasType(module, wanted, offered)) {
            throw new IllegalArgumentException(
                "it imports %s.%s, which does not exist here or has another type"
                    .formatted(wanted.module(), wanted.name()));
          }
        });
  }

  private static boolean hasType(WasmModule module, Import wanted, FunctionType offered) {
    return wanted instanceof FunctionImport function
        && module.typeSection().getType(function.typeIndex()).typesMatch(offered);
  }

  private static void requireSlice(WasmModule module) {
    int imported = module.importSection().count(ExternalType.FUNCTION);
    for (int i = 0; i < module.exportSection().exportCount(); i++) {
      Export export = module.exportSection().getExport(i);
      if (SLICE.equals(export.name()) && export.exportType() == ExternalType.FUNCTION) {
        int own = export.index() - imported;
        if (own >= 0
            && module
                .functionSection()
                .getFunctionType(own, module.typeSection())
                .typesMatch(SLICE_TYPE)) {
          return;
        }
      }
    }
    throw new IllegalArgumentException("it exports no function slice(i64) -> i64");
  }

  private static void requireVisibleState(WasmModule module) {
    if (module.startSection().isPresent()) {
      throw new IllegalArgumentException("it has a start function; begin in the first slice");
    }
    for (Global global : module.globalSection().globals()) {
      if (global.mutabilityType() == MutabilityType.Var && global.valueType().isReference()) {
        throw new IllegalArgumentException("a mutable global holds a reference, which cannot move");
      }
    }
    for (FunctionBody body : module.codeSection().functionBodies()) {
      for (Instruction instruction : body.instructions()) {
        if (HIDDEN_STATE.contains(instruction.opcode())) {
          throw new IllegalArgumentException(
              "it uses " + instruction.opcode() + ": only memory and globals move with a guest");
        }
      }
    }
  }

  private static MemoryLimits memoryLimits(WasmModule module) {
    var memories = module.memorySection();
    if (memories.isEmpty() || memories.get().memoryCount() != 1) {
      throw new IllegalArgumentException("it must define exactly one memory");
    }
    MemoryLimits limits = memories.get().getMemory(0).limits();
    if (limits.shared()) {
      throw new IllegalArgumentException("its memory is shared; a guest has one thread");
    }
    return limits;
  }

  /** The positions of the mutable globals: imports of globals are refused, so they count from 0. */
  int[] mutableGlobals() {
    Global[] globals = module.globalSection().globals();
    int[] positions = new int[globals.length];
    int count = 0;
    for (int i = 0; i < globals.length; i++) {
      if (globals[i].mutabilityType() == MutabilityType.Var) {
        positions[count++] = i;
      }
    }
    return Arrays.copyOf(positions, count);
  }
}
