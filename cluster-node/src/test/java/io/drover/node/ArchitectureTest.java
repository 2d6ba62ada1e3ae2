package io.drover.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom, inside what a control node and a host agent are made of. */
final class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.drover");

  private static final String PEKKO = "org.apache.pekko..";
  private static final String[] TRANSPORTS = {"io.aeron..", "io.grpc..", "org.apache.pekko.http.."};

  private static final ArchRule CONFIG_KNOWS_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("io.drover.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              PEKKO,
              "io.aeron..",
              "io.grpc..",
              "io.drover.actor..",
              "io.drover.agent..",
              "io.drover.transfer..",
              "io.drover.http..",
              "io.drover.node..");

  private static final ArchRule TRANSFER_DOES_NOT_KNOW_PEKKO =
      noClasses()
          .that()
          .resideInAPackage("io.drover.transfer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(PEKKO, "io.grpc..");

  private static final ArchRule HOST_ACTOR_KNOWS_NO_TRANSPORT =
      noClasses()
          .that()
          .resideInAPackage("io.drover.actor..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(TRANSPORTS);

  private static final ArchRule HOST_AGENT_KNOWS_NO_CLUSTER =
      noClasses()
          .that()
          .resideInAPackage("io.drover.agent..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.pekko.cluster..",
              "org.apache.pekko.persistence..",
              "io.drover.actor..",
              "io.drover.http..",
              "io.drover.node..");

  private static final ArchRule HTTP_API_KNOWS_NO_AERON_AND_NO_AGENTS =
      noClasses()
          .that()
          .resideInAPackage("io.drover.http..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.aeron..",
              "io.grpc..",
              "io.drover.agent..",
              "io.drover.transfer..",
              "io.drover.node..");

  private static final ArchRule ONLY_THE_GATEWAY_SPEAKS_THE_AGENT_PROTOCOL =
      noClasses()
          .that()
          .resideInAPackage("io.drover.node..")
          .and()
          .resideOutsideOfPackage("io.drover.node.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.drover.protocol..", "io.grpc..");

  private static final ArchRule ONLY_SOME_PARTS_OF_AN_AGENT_KNOW_BOTH_PAGES_AND_ACTORS =
      noClasses()
          .that()
          .resideInAnyPackage("io.drover.agent.embedded..", "io.drover.agent.qemu..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(PEKKO, "io.aeron..", "io.grpc..");

  private static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("io.drover.(**)").should().beFreeOfCycles();

  private static final ArchRule NOTHING_IS_CALLED_MANAGER_HELPER_OR_UTIL =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.drover.protocol..")
          .should()
          .haveNameMatching(".*(Manager|Helper|Utils?|Impl)");

  static Stream<ArchRule> rules() {
    return Stream.of(
        CONFIG_KNOWS_NOBODY.as("config knows nobody"),
        TRANSFER_DOES_NOT_KNOW_PEKKO.as("transfer does not know Pekko"),
        HOST_ACTOR_KNOWS_NO_TRANSPORT.as("host-actor knows no transport"),
        HOST_AGENT_KNOWS_NO_CLUSTER.as("host-agent knows no cluster"),
        HTTP_API_KNOWS_NO_AERON_AND_NO_AGENTS.as("http-api knows no Aeron and no agents"),
        ONLY_THE_GATEWAY_SPEAKS_THE_AGENT_PROTOCOL.as("only the gateway speaks to agents"),
        ONLY_SOME_PARTS_OF_AN_AGENT_KNOW_BOTH_PAGES_AND_ACTORS.as("hypervisors know no actors"),
        NO_PACKAGE_CYCLES.as("no package cycles"),
        NOTHING_IS_CALLED_MANAGER_HELPER_OR_UTIL.as("nothing is called Manager, Helper or Util"));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void shouldKeepTheRule(ArchRule rule) {
    rule.check(OURS);
  }
}
