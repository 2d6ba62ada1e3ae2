package io.drover.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a report goes as data, if anywhere. What cannot be written is refused before the work. */
public final class ReportFile {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  private @Nullable Path file;

  @Option(names = "--json", paramLabel = "FILE", description = "write the report as data, too")
  void file(Path wanted) {
    Path folder = wanted.toAbsolutePath().getParent();
    if (Files.isDirectory(wanted) || folder == null || !Files.isWritable(folder)) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(),
          "--json %s: no file can be written there".formatted(wanted));
    }
    file = wanted;
  }

  public void write(Report report) throws IOException {
    if (file != null) {
      report.write(file);
    }
  }
}
