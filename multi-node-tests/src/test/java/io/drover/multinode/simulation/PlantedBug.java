package io.drover.multinode.simulation;

import static io.drover.multinode.simulation.Mutation.always;
import static io.drover.multinode.simulation.Mutation.body;
import static io.drover.multinode.simulation.Mutation.changed;
import static io.drover.multinode.simulation.Mutation.constant;
import static io.drover.multinode.simulation.Mutation.doesNothing;
import static io.drover.multinode.simulation.Mutation.drop;
import static io.drover.multinode.simulation.Mutation.instead;
import static io.drover.multinode.simulation.Mutation.never;
import static io.drover.multinode.simulation.Mutation.neverInstanceOf;
import static io.drover.multinode.simulation.Mutation.nothing;
import static io.drover.multinode.simulation.Mutation.says;
import static io.drover.multinode.simulation.Mutation.skip;
import static io.drover.multinode.simulation.Mutation.without;

import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** One class of the code under test, changed as a bug would change it. */
enum PlantedBug {
  // ---- grants, claims, migrations
  RUN_EPOCH_DOES_NOT_RISE("io.drover.actor.vm.VmState", "nextEpoch", skip("next")),
  CLAIMS_ARE_NOT_COUNTED("io.drover.actor.host.Fit", "resourceReason", nothing()),
  NEEDED_CLAIMS_ARE_RELEASED("io.drover.actor.host.ClaimRules", "release", never("needed")),
  CLAIMS_OF_NOBODY_ARE_KEPT("io.drover.actor.host.ClaimRules", "release", always("needed")),
  MIGRATION_NEVER_UNLOCKS("io.drover.actor.vm.MigrationRules", "end", neverInstanceOf()),
  ROLLBACK_AFTER_SWITCHOVER(
      "io.drover.actor.vm.MigrationRules", "abandon", never("hasSwitchedOver")),
  DIGESTS_ARE_NOT_COMPARED(
      "io.drover.actor.migration.MigrationProgress", "digestMismatch", always("equals")),

  // ---- the journal
  JOURNAL_HAS_NO_KEY(
      "io.drover.multinode.simulation.engine.Database", "write", never("containsKey")),
  ACKNOWLEDGED_BEFORE_JOURNALED(
      "io.drover.multinode.simulation.engine.JournalPlugin", "failed", acknowledge()),

  // ---- agents
  REMNANTS_ARE_LEFT(
      "io.drover.agent.supervision.OrderPlan", "remove", constant("REMOVE", "CONFIRM")),
  RECORDS_ARE_NOT_ON_DISK("io.drover.agent.store.AgentStore", "save", drop("append")),

  // ---- leases
  REVOCATIONS_ARE_NOT_ON_DISK("io.drover.agent.store.AgentStore", "saveRevocation", drop("append")),
  VOUCHED_AFTER_REVOKING("io.drover.agent.lease.WitnessBook", "vouch", never("isRevoked")),
  LEASE_COUNTS_FROM_THE_ANSWER("io.drover.agent.witness.LeaseKeeper", "vouched", answerTime()),
  HALF_IS_A_MAJORITY(
      "io.drover.agent.lease.WitnessList",
      "majority",
      without(List.of(Opcode.ICONST_1, Opcode.IADD))),
  GUARD_KNOWS_NO_GUESTS("io.drover.agent.witness.LeaseKeeper", "guard", doesNothing()),
  CLOCK_STOPS_WITH_THE_HOST(
      "io.drover.multinode.simulation.fleet.SimulatedHost", "bootNs", awake()),
  LEASE_IS_NOT_WAITED_FOR("io.drover.actor.lease.HostLoss", "revoked", instead("expiry", zero())),
  WITNESSES_CHANGE_IN_ONE_STEP("io.drover.actor.lease.Lease", "mayActivate", says(true)),
  KEPT_VMS_ARE_RESTARTED("io.drover.actor.vm.HostLossRules", "fenced", always("powerOff")),

  // ---- areas, and who commands whom
  CONTROL_EPOCH_DOES_NOT_RISE("io.drover.actor.host.AttachRules", "events", skip("next")),
  AREA_EPOCH_DOES_NOT_RISE("io.drover.actor.area.Succession", "moved", skip("next")),
  OLDER_ENDPOINTS_ARE_ADOPTED("io.drover.agent.store.EndpointRecord", "isNewerThan", says(true));

  private final String className;
  private final String method;

  @SuppressWarnings("ImmutableEnumChecker") // a function without state
  private final Mutation mutation;

  PlantedBug(String className, String method, Mutation mutation) {
    this.className = className;
    this.method = method;
    this.mutation = mutation;
  }

  String className() {
    return className;
  }

  byte[] plant(byte[] original) {
    return mutation.in(original, method);
  }

  // ---- what only one of them does

  private static Mutation acknowledge() {
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

  /** The time of now is taken for the time when the vouch was asked for. */
  private static Mutation answerTime() {
    ClassDesc supplier = ClassDesc.of("java.util.function.LongSupplier");
    return changed((builder, element) -> {
      if (element instanceof LoadInstruction load
          && load.opcode().kind() == Opcode.Kind.LOAD
          && load.typeKind() == java.lang.classfile.TypeKind.LONG) {
        builder
            .aload(0)
            .getfield(ClassDesc.of("io.drover.agent.witness.LeaseKeeper"), "clock", supplier)
            .invokeinterface(supplier, "getAsLong", MethodTypeDesc.of(ConstantDescs.CD_long));
      } else {
        builder.with(element);
      }
    });
  }

  private static Mutation awake() {
    return body(c ->
        c.aload(0)
            .invokevirtual(
                ClassDesc.of("io.drover.multinode.simulation.fleet.SimulatedHost"),
                "awakeNs",
                MethodTypeDesc.of(ConstantDescs.CD_long))
            .lreturn());
  }

  private static java.util.function.Consumer<java.lang.classfile.CodeBuilder> zero() {
    ClassDesc duration = ClassDesc.of("java.time.Duration");
    return c -> c.getstatic(duration, "ZERO", duration);
  }
}
