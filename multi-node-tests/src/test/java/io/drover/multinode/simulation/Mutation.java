package io.drover.multinode.simulation;

import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What a bug makes of the code of one method. */
@FunctionalInterface
interface Mutation {
  void apply(CodeBuilder builder, MethodModel method);

  /** All of this class, with every method of that name changed. */
  default byte[] in(byte[] original, String name) {
    ClassFile file = ClassFile.of();
    return file.transformClass(
        file.parse(original),
        (builder, element) -> {
          if (isCalled(element, name)) {
            MethodModel m = (MethodModel) element;
            builder.withMethodBody(
                m.methodName(), m.methodType(), m.flags().flagsMask(), c -> apply(c, m));
          } else {
            builder.with(element);
          }
        });
  }

  private static boolean isCalled(ClassElement element, String name) {
    return element instanceof MethodModel m
        && m.methodName().equalsString(name)
        && m.code().isPresent();
  }

  // ---- the whole body

  static Mutation body(Consumer<CodeBuilder> code) {
    return (builder, _) -> code.accept(builder);
  }

  /** Of a method that returns an {@code Optional}: there is nothing. */
  static Mutation nothing() {
    ClassDesc optional = ClassDesc.of("java.util.Optional");
    return body(c -> c.invokestatic(optional, "empty", MethodTypeDesc.of(optional)).areturn());
  }

  /** Of a void method: it does nothing. */
  static Mutation doesNothing() {
    return body(CodeBuilder::return_);
  }

  /** Whatever it finds out, it says so. */
  static Mutation says(boolean answer) {
    return changed((builder, element) -> {
      if (element instanceof ReturnInstruction) {
        builder.pop().loadConstant(answer ? 1 : 0);
      }
      builder.with(element);
    });
  }

  // ---- one call in it

  static Mutation never(String question) {
    return asked(question, false);
  }

  static Mutation always(String question) {
    return asked(question, true);
  }

  /** Whatever the answer is, it is taken for this one. */
  private static Mutation asked(String question, boolean answer) {
    return changed((builder, element) -> {
      builder.with(element);
      if (isCall(element, question)) {
        builder.pop().loadConstant(answer ? 1 : 0);
      }
    });
  }

  /** A call that returns what its object is already. */
  static Mutation skip(String call) {
    return changed((builder, element) -> {
      if (!isCall(element, call)) {
        builder.with(element);
      }
    });
  }

  /** A call that is not made, of a method that returns nothing. */
  static Mutation drop(String call) {
    return changed((builder, element) -> {
      if (isCall(element, call)) {
        popArguments(builder, (InvokeInstruction) element);
      } else {
        builder.with(element);
      }
    });
  }

  /** A call that is replaced by something of the same type, which needs no arguments. */
  static Mutation instead(String call, Consumer<CodeBuilder> other) {
    return changed((builder, element) -> {
      if (isCall(element, call)) {
        popArguments(builder, (InvokeInstruction) element);
        other.accept(builder);
      } else {
        builder.with(element);
      }
    });
  }

  private static void popArguments(CodeBuilder builder, InvokeInstruction call) {
    for (ClassDesc type : call.typeSymbol().parameterList().reversed()) {
      boolean wide = TypeKind.from(type).slotSize() == 2;
      var _ = wide ? builder.pop2() : builder.pop();
    }
    if (call.opcode() != Opcode.INVOKESTATIC) {
      builder.pop();
    }
  }

  private static boolean isCall(CodeElement element, String name) {
    return element instanceof InvokeInstruction i && i.name().equalsString(name);
  }

  // ---- other instructions

  static Mutation neverInstanceOf() {
    return changed((builder, element) -> {
      builder.with(element);
      if (element instanceof TypeCheckInstruction t && t.opcode() == Opcode.INSTANCEOF) {
        builder.pop().iconst_0();
      }
    });
  }

  /** One constant of an enum for another. */
  static Mutation constant(String name, String other) {
    return changed((builder, element) -> {
      if (element instanceof FieldInstruction f
          && f.opcode() == Opcode.GETSTATIC
          && f.name().equalsString(name)) {
        builder.getstatic(f.owner().asSymbol(), other, f.typeSymbol());
      } else {
        builder.with(element);
      }
    });
  }

  /** Instructions of these kinds, one after the other, are left out. */
  static Mutation without(List<Opcode> opcodes) {
    return changed((builder, element) -> {
      boolean isOne =
          element instanceof java.lang.classfile.Instruction i && opcodes.contains(i.opcode());
      if (!isOne) {
        builder.with(element);
      }
    });
  }

  static Mutation changed(BiConsumer<CodeBuilder, CodeElement> change) {
    return (builder, method) ->
        builder.transform(
            method.code().orElseThrow(), CodeTransform.ofStateful(() -> change::accept));
  }
}
