package io.drover.bench.migration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line of one of Drover's QEMU processes, and the same machine with other files: a
 * native guest is identical because its command line is.
 *
 * @param words the program first
 */
record QemuArguments(List<String> words) {
  private static final Pattern RAM = Pattern.compile("memory-backend-file,.*mem-path=([^,]+)");
  private static final Pattern CONSOLE = Pattern.compile("file,id=console,.*path=([^,]+)");
  private static final Pattern QMP = Pattern.compile("unix:([^,]+\\.qmp),server=on.*");
  private static final Pattern NAME = Pattern.compile("guest=([^,]+)(,.*)?");
  private static final String PAUSED = "-S";

  QemuArguments {
    words = List.copyOf(words);
  }

  Path ram() {
    return Path.of(value(RAM));
  }

  Path console() {
    return Path.of(value(CONSOLE));
  }

  Path qmp() {
    return Path.of(value(QMP));
  }

  /** The same machine with its sockets and RAM in one folder and its console in another. */
  QemuArguments withFiles(String name, Path memoryFolder, Path folder) {
    String oldName = value(NAME);
    String oldRam = ram().toString();
    String oldConsole = console().toString();
    String oldQmp = qmp().toString();
    return new QemuArguments(
        words.stream()
            .map(word -> word.replace("guest=" + oldName, "guest=" + name))
            .map(word -> word.replace(oldRam, memoryFolder.resolve(name + ".ram").toString()))
            .map(word -> word.replace(oldQmp, memoryFolder.resolve(name + ".qmp").toString()))
            .map(word -> word.replace(oldConsole, folder.resolve(name + ".console").toString()))
            .toList());
  }

  /**
   * The same machine, which waits for another's state.
   *
   * @param staysPaused whether it does not run by itself once it has it
   */
  QemuArguments incoming(boolean staysPaused) {
    List<String> changed = new ArrayList<>(words);
    if (!staysPaused) {
      changed.remove(PAUSED);
    }
    changed.addAll(List.of("-incoming", "defer"));
    return new QemuArguments(changed);
  }

  private String value(Pattern pattern) {
    for (String word : words) {
      Matcher matcher = pattern.matcher(word);
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    throw new IllegalArgumentException("no argument like " + pattern + " in " + words);
  }
}
