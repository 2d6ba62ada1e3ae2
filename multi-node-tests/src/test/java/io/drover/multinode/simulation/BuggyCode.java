package io.drover.multinode.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Loads our code once more, with one bug in it; everything else is shared. */
final class BuggyCode extends ClassLoader {
  private static final String OURS = "io.drover.";

  private final PlantedBug bug;

  BuggyCode(PlantedBug bug) {
    super(BuggyCode.class.getClassLoader());
    this.bug = bug;
  }

  /** Seeds until the bug is found, each with what it violated. */
  List<?> hunt(long first, int limit) {
    try {
      return (List<?>)
          loadClass(Hunt.class.getName())
              .getMethod("hunt", long.class, int.class)
              .invoke(null, first, limit);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(bug.name(), e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      byte[] code = name.equals(bug.className()) ? bug.plant(bytes) : bytes;
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
