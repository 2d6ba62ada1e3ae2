package io.drover.bench.migration;

import io.drover.bench.report.Positive;
import io.drover.bench.report.Report;
import io.drover.bench.report.ReportFile;
import io.drover.bench.scenario.LinuxImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code ./drover bench migration}: an embedded guest against raw Aeron, and a Linux guest against
 * QEMU's own migration, each interleaved.
 */
@Command(
    mixinStandardHelpOptions = true,
    name = "migration",
    description = "Live migration against raw Aeron and against QEMU's own, interleaved.")
public final class MigrationBenchmark implements Callable<Integer> {
  /** What can be measured alone. */
  enum Half {
    EMBEDDED,
    LINUX
  }

  @Mixin private ReportFile json = new ReportFile();

  @Option(
      names = "--runs",
      defaultValue = "10",
      description = "counted migrations (default: 10)",
      converter = Positive.class)
  private int runs;

  @Option(names = "--only", paramLabel = "HALF", description = "embedded or linux (default: both)")
  private @Nullable Half only;

  @Option(names = "--keep", description = "keep the folder with logs and consoles")
  private boolean keep;

  private final Report report = new Report("bench migration");

  @Override
  public Integer call() throws IOException {
    if (runs < 1) {
      System.err.println("--runs must be 1 or more: " + runs);
      return 2;
    }
    try (Workspace workspace = Workspace.create(keep)) {
      if (only != Half.LINUX) {
        new EmbeddedHalf(report, runs).measure(workspace);
      }
      if (only != Half.EMBEDDED) {
        linuxHalf(workspace);
      }
    } catch (RuntimeException | IOException e) {
      // What was measured until then is still told.
      report.require(false, "ended early: " + e);
    }
    report.print(System.out);
    json.write(report);
    return report.isOk() ? 0 : 1;
  }

  private void linuxHalf(Workspace workspace) throws IOException {
    Optional<Path> images = LinuxImage.find();
    if (images.isPresent()) {
      new LinuxHalf(report, runs, workspace, images.get()).measure();
    } else {
      System.out.println("  no Linux guest: " + LinuxImage.HOW_TO_GET_IT);
      report.require(only != Half.LINUX, "QEMU or the Linux image is missing");
    }
  }
}
