package io.drover.agent.store;

import java.nio.file.Path;

/** A store that cannot be read or written: names the file. The agent does not start on a guess. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreException(Path file, String problem) {
    super(file + ": " + problem);
  }

  StoreException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
