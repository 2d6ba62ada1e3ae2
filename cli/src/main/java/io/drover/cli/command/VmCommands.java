package io.drover.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.cli.client.Api;
import io.drover.cli.output.Details;
import io.drover.cli.output.Table;
import io.drover.cli.output.Units;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drover vm}. A VM is named by its name, its id, or the end of its id. */
@Command(name = "vm", description = "Virtual machines.", synopsisSubcommandLabel = "COMMAND")
final class VmCommands {
  private static final String VM = "VM";
  private static final String WAIT = "Wait until the work is over.";

  private final Session session;

  VmCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List VMs.")
  int list(
      @Option(names = "--area", description = "Only this area's.") @Nullable String area,
      @Option(names = "--host", description = "Only those that run there.") @Nullable String host,
      @Option(names = "--phase", description = "Only those in this phase.") @Nullable String phase,
      @Option(names = "--all", description = "Deleted ones too.") boolean all) {
    Map<String, String> query = new HashMap<>();
    if (area != null) {
      query.put("area", area);
    }
    if (host != null) {
      query.put("host", session.names().host(host));
    }
    if (phase != null) {
      query.put("phase", phase);
    }
    List<JsonNode> vms =
        session.api().list("/v1/vms", query).stream()
            .filter(vm -> all || phase != null || !vm.path("phase").asText().equals("DELETED"))
            .toList();
    return session.print(vms, () -> table(vms));
  }

  private String table(List<JsonNode> vms) {
    Table table =
        session.table(
            "NAME", "ID", "HOST", "PHASE", "+CPU>", "+MEMORY>", "+IMAGE", "AGE>", "+REASON");
    for (JsonNode vm : vms) {
      table.row(
          vm.path("name").asText(),
          vm.path("id").asText(),
          Units.text(vm.path("host")),
          vm.path("phase").asText(),
          Units.cores(vm.path("cpuMillis")),
          Units.size(vm.path("memoryBytes")),
          vm.path("image").asText(),
          Units.age(vm.path("createdAt"), session.now()),
          vm.path("reason").asText());
    }
    return table.toString();
  }

  @Command(description = "Show a VM.")
  int show(@Parameters(paramLabel = VM) String vm) {
    JsonNode shown = session.api().get(path(vm));
    return session.print(shown, () -> Details.of(shown));
  }

  @Command(description = "Create and start VMs.")
  int create(
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--image", required = true, description = "See: drover image list.")
          String image,
      @Option(names = "--area", description = "May be left out when there is only one.")
          @Nullable String area,
      @Option(names = "--host", description = "There or nowhere.") @Nullable String host,
      @Option(names = "--cpu", defaultValue = "0.1", description = "Cores (default: 0.1).")
          Quantities.Cpu cpu,
      @Option(names = "--memory", defaultValue = "64MiB", description = "Such as 64MiB (default).")
          Quantities.Size memory,
      @Option(names = "--arg", paramLabel = "KEY=VALUE", description = "For the image's workload.")
          @Nullable Map<String, String> arguments,
      @Option(
              names = "--on-host-loss",
              paramLabel = "restart|keep",
              description = "keep: not elsewhere before its host is proven to be off.")
          @Nullable String onHostLoss,
      @Option(
              names = "--priority",
              description = "0 to 1000: the higher, the sooner it is restarted (default: 100).")
          @Nullable Integer priority,
      @Option(
              names = "--burst",
              description = "In another area for a while when its own has no room.")
          boolean burst,
      @Option(names = "--count", defaultValue = "1", description = "How many; they are numbered.")
          int count,
      @Option(names = "--wait", description = "Wait until they run.") boolean wait) {
    if (count < 1) {
      throw new IllegalArgumentException("--count must be at least 1: " + count);
    }
    ObjectNode request = Api.JSON.createObjectNode();
    String hostId = host == null ? "" : session.names().host(host);
    request.put("area", area != null ? area : area(hostId));
    request.put("image", image);
    request.put("cpuMillis", cpu.millis());
    request.put("memoryBytes", memory.bytes());
    ObjectNode forWorkload = request.putObject("arguments");
    if (arguments != null) {
      arguments.forEach(forWorkload::put);
    }
    if (!hostId.isEmpty()) {
      request.put("host", hostId);
    }
    if (onHostLoss != null) {
      request.put("onHostLoss", onHostLoss.toUpperCase(Locale.ROOT));
    }
    if (priority != null) {
      request.put("priority", priority);
    }
    if (burst) {
      request.put("burst", "ALLOW");
    }
    return create(request, name, count, wait);
  }

  private int create(ObjectNode request, String name, int count, boolean wait) {
    int exit = Session.DONE;
    for (int number = 1; number <= count; number++) {
      request.put("name", count == 1 ? name : name + "-" + number);
      JsonNode vm = session.api().post("/v1/vms", request, UUID.randomUUID().toString());
      if (wait) {
        vm = new Waiting(session).untilRunning(vm);
      }
      JsonNode created = vm;
      session.print(created, () -> line(created));
      if (wait && !vm.path("phase").asText().equals("RUNNING")) {
        exit = Session.REFUSED;
      }
    }
    return exit;
  }

  private static String line(JsonNode vm) {
    String reason = vm.path("reason").asText();
    return "%s  %s  %s on %s%s\n"
        .formatted(
            vm.path("name").asText(),
            vm.path("id").asText(),
            vm.path("phase").asText(),
            Units.text(vm.path("host")),
            reason.isEmpty() ? "" : ": " + reason);
  }

  /** The area of the host, or the only one there is. */
  private String area(String hostId) {
    if (!hostId.isEmpty()) {
      return session.api().get("/v1/hosts/" + hostId).path("area").asText();
    }
    List<String> areas =
        session.api().list("/v1/areas", Map.of()).stream()
            .map(each -> each.path("id").asText())
            .toList();
    if (areas.size() != 1) {
      throw new IllegalArgumentException(
          "--area is needed; there are: " + String.join(", ", areas));
    }
    return areas.getFirst();
  }

  @Command(description = "Start a stopped VM.")
  int start(
      @Parameters(paramLabel = VM) String vm,
      @Option(names = "--wait", description = WAIT) boolean wait) {
    return operation(session.api().post(path(vm) + ":start"), wait);
  }

  @Command(description = "Stop a VM.")
  int stop(
      @Parameters(paramLabel = VM) String vm,
      @Option(names = "--grace", description = "How long its guest may take (default: 10s).")
          Quantities.@Nullable Time grace,
      @Option(names = "--wait", description = WAIT) boolean wait) {
    ObjectNode request = Api.JSON.createObjectNode();
    if (grace != null) {
      request.put("graceMs", grace.millis());
    }
    return operation(session.api().post(path(vm) + ":stop", request), wait);
  }

  @Command(description = "Stop a guest and boot it again.")
  int reboot(
      @Parameters(paramLabel = VM) String vm,
      @Option(names = "--wait", description = WAIT) boolean wait) {
    return operation(session.api().post(path(vm) + ":reboot"), wait);
  }

  @Command(description = "Stop a VM and forget it.")
  int delete(
      @Parameters(paramLabel = VM) String vm,
      @Option(names = "--wait", description = WAIT) boolean wait) {
    return operation(session.api().delete(path(vm)), wait);
  }

  private int operation(JsonNode accepted, boolean wait) {
    JsonNode operation = wait ? new Waiting(session).untilOver(accepted) : accepted;
    session.print(operation, () -> OperationCommands.line(operation));
    return wait && !operation.path("status").asText().equals("SUCCEEDED")
        ? Session.REFUSED
        : Session.DONE;
  }

  @Command(description = "Move a running VM while it works.")
  int migrate(
      @Parameters(paramLabel = VM) String vm,
      @Option(names = "--to", paramLabel = "HOST", description = "Else the scheduler chooses.")
          @Nullable String target,
      @Option(names = "--area", description = "Choose among this area's hosts.")
          @Nullable String area,
      @Option(names = "--downtime-limit", description = "Such as 300ms.")
          Quantities.@Nullable Time downtimeLimit,
      @Option(names = "--bandwidth", description = "Of pre-copy, such as 100MiB/s.")
          Quantities.@Nullable Rate bandwidth,
      @Option(names = "--watch", description = "Follow it to its end.") boolean watch) {
    ObjectNode request = Api.JSON.createObjectNode();
    if (target != null) {
      request.put("target", session.names().host(target));
    }
    if (area != null) {
      request.put("area", area);
    }
    if (downtimeLimit != null) {
      request.put("downtimeLimitMs", downtimeLimit.millis());
    }
    if (bandwidth != null) {
      request.put("bandwidthLimitBytesPerSecond", bandwidth.bytesPerSecond());
    }
    JsonNode migration =
        session.api().post(path(vm) + ":migrate", request, UUID.randomUUID().toString());
    return watch
        ? new Waiting(session).watch(migration.path("id").asText())
        : session.print(migration, () -> MigrationCommands.line(migration));
  }

  @Command(description = "Print what a guest wrote.")
  int console(
      @Parameters(paramLabel = VM) String vm,
      @Option(
              names = {"-f", "--follow"},
              description = "Go on.")
          boolean follow,
      @Option(names = "--from", paramLabel = "OFFSET", defaultValue = "0") long fromOffset) {
    return new Console(session, path(vm)).print(fromOffset, follow);
  }

  private String path(String vm) {
    return "/v1/vms/" + session.names().vm(vm);
  }
}
