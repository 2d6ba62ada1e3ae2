package io.drover.bench.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QemuArgumentsTest {
  private static final QemuArguments OURS =
      new QemuArguments(
          List.of(
              "qemu-system-x86_64",
              "-name",
              "guest=vm-north-03-01-1,debug-threads=on",
              "-machine",
              "pc-q35-7.2,memory-backend=ram0,vmport=off",
              "-object",
              "memory-backend-file,id=ram0,share=on,prealloc=on,size=1048576,mem-path=/dev/shm/a/vm-north-03-01-1.ram",
              "-chardev",
              "file,id=console,append=on,path=/tmp/a/vm-north-03-01-1/console.log",
              "-qmp",
              "unix:/dev/shm/a/vm-north-03-01-1.qmp,server=on,wait=off",
              "-S"));

  @Test
  void shouldFindTheFilesOfAGuest() {
    assertThat(OURS.ram()).isEqualTo(Path.of("/dev/shm/a/vm-north-03-01-1.ram"));
    assertThat(OURS.qmp()).isEqualTo(Path.of("/dev/shm/a/vm-north-03-01-1.qmp"));
    assertThat(OURS.console()).isEqualTo(Path.of("/tmp/a/vm-north-03-01-1/console.log"));
  }

  @Test
  void shouldKeepTheMachineAndChangeEveryFile() {
    QemuArguments other = OURS.withFiles("native-1", Path.of("/dev/shm/b"), Path.of("/tmp/b"));

    assertThat(other.ram()).isEqualTo(Path.of("/dev/shm/b/native-1.ram"));
    assertThat(other.qmp()).isEqualTo(Path.of("/dev/shm/b/native-1.qmp"));
    assertThat(other.console()).isEqualTo(Path.of("/tmp/b/native-1.console"));
    assertThat(other.words()).noneMatch(word -> word.contains("vm-north"));
    assertThat(other.words())
        .contains("pc-q35-7.2,memory-backend=ram0,vmport=off", "guest=native-1,debug-threads=on")
        .hasSameSizeAs(OURS.words());
  }

  @Test
  void shouldLetATargetRunByItselfUnlessItShallStayPaused() {
    assertThat(OURS.incoming(false).words()).endsWith("-incoming", "defer").doesNotContain("-S");
    assertThat(OURS.incoming(true).words()).endsWith("-incoming", "defer").contains("-S");
  }

  @Test
  void shouldRefuseACommandLineWithoutRamFile() {
    QemuArguments foreign = new QemuArguments(List.of("qemu-system-x86_64", "-m", "512"));

    assertThatThrownBy(foreign::ram)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mem-path");
  }
}
