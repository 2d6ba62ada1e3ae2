package io.drover.multinode.simulation;

import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.BiConsumer;

/** One class of the code under test, changed as a bug would change it. */
enum PlantedBug {
  RUN_EPOCH_DOES_NOT_RISE("io.drover.actor.vm.VmState", "nextEpoch", skip("next")),
  CLAIMS_ARE_NOT_COUNTED("io.drover.actor.host.Fit", "resourceReason", nothing()),
  NEEDED_CLAIMS_ARE_RELEASED("io.drover.actor.host.ClaimRules", "release", never("needed")),
  CLAIMS_OF_NOBODY_ARE_KEPT("io.drover.actor.host.ClaimRules", "release", always("needed")),
  MIGRATION_NEVER_UNLOCKS("io.drover.actor.vm.MigrationRules", "end", neverInstanceOf()),
  ROLLBACK_AFTER_SWITCHOVER(
      "io.drover.actor.vm.MigrationRules", "abandon", never("hasSwitchedOver")),
  DIGESTS_ARE_NOT_COMPARED(
      "io.drover.actor.migration.MigrationProgress", "digestMismatch", always("equals")),
  JOURNAL_HAS_NO_KEY(
      "io.drover.multinode.simulation.engine.Database", "write", never("containsKey")),
  ACKNOWLEDGED_BEFORE_JOURNALED(
      "io.drover.multinode.simulation.engine.JournalPlugin", "failed", acknowledge());

  private static final ClassDesc OPTIONAL = ClassDesc.of("java.util.Optional");

  private final String className;
  private final String method;

  @SuppressWarnings("ImmutableEnumChecker") // a function without state
  private final BiConsumer<CodeBuilder, MethodModel> code;

  PlantedBug(String className, String method, BiConsumer<CodeBuilder, MethodModel> code) {
    this.className = className;
    this.method = method;
    this.code = code;
  }

  String className() {
    return className;
  }

  byte[] plant(byte[] original) {
    ClassFile file = ClassFile.of();
    ClassModel model = file.parse(original);
    return file.transformClass(
        model,
        (builder, element) -> {
          if (isTheMethod(element)) {
            MethodModel m = (MethodModel) element;
            builder.withMethodBody(
                m.methodName(), m.methodType(), m.flags().flagsMask(), c -> code.accept(c, m));
          } else {
            builder.with(element);
          }
        });
  }

  private boolean isTheMethod(ClassElement element) {
    return element instanceof MethodModel m
        && m.methodName().equalsString(method)
        && m.code().isPresent();
  }

  // ---- what bugs do

  private static BiConsumer<CodeBuilder, MethodModel> body(
      java.util.function.Consumer<CodeBuilder> code) {
    return (builder, _) -> code.accept(builder);
  }

  private static BiConsumer<CodeBuilder, MethodModel> nothing() {
    return body(c -> c.invokestatic(OPTIONAL, "empty", MethodTypeDesc.of(OPTIONAL)).areturn());
  }

  private static BiConsumer<CodeBuilder, MethodModel> never(String question) {
    return asked(question, false);
  }

  private static BiConsumer<CodeBuilder, MethodModel> always(String question) {
    return asked(question, true);
  }

  /** Whatever the answer is, it is taken for this one. */
  private static BiConsumer<CodeBuilder, MethodModel> asked(String question, boolean answer) {
    return changed((builder, element) -> {
      builder.with(element);
      if (element instanceof InvokeInstruction i && i.name().equalsString(question)) {
        builder.pop();
        builder.loadConstant(answer ? 1 : 0);
      }
    });
  }

  /** A call that returns what its object is already. */
  private static BiConsumer<CodeBuilder, MethodModel> skip(String call) {
    return changed((builder, element) -> {
      if (!(element instanceof InvokeInstruction i && i.name().equalsString(call))) {
        builder.with(element);
      }
    });
  }

  private static BiConsumer<CodeBuilder, MethodModel> neverInstanceOf() {
    return changed((builder, element) -> {
      builder.with(element);
      if (element instanceof TypeCheckInstruction t
          && t.opcode() == java.lang.classfile.Opcode.INSTANCEOF) {
        builder.pop();
        builder.iconst_0();
      }
    });
  }

  private static BiConsumer<CodeBuilder, MethodModel> changed(
      BiConsumer<CodeBuilder, CodeElement> change) {
    return (builder, method) ->
        builder.transform(
            method.code().orElseThrow(), CodeTransform.ofStateful(() -> change::accept));
  }

  private static BiConsumer<CodeBuilder, MethodModel> acknowledge() {
    ClassDesc plugin = ClassDesc.of("io.drover.multinode.simulation.engine.JournalPlugin");
    return body(c ->
        c.aload(0)
            .aload(1)
            .invokestatic(
                plugin,
                "succeeded",
                MethodTypeDesc.ofDescriptor(
                    "(Lorg/apache/pekko/persistence/JournalProtocol$WriteMessages;Ljava/util/List;)V"))
            .return_());
  }
}
