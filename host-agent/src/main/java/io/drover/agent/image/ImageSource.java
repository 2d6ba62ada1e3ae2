package io.drover.agent.image;

import java.io.IOException;

/** Where images come from. Blocks; safe on any thread. */
@FunctionalInterface
public interface ImageSource {
  /**
   * Reads an image to its end.
   *
   * @param offset of the first byte wanted
   * @throws NoSuchImageException when nobody has it: asking again will not help
   * @throws IOException when the way there broke; some pieces may have been handed on
   */
  void read(String sha256, long offset, Sink sink) throws IOException;

  /** Takes the pieces, in order. */
  @FunctionalInterface
  interface Sink {
    /**
     * One more piece.
     *
     * @param totalBytes of the whole image
     */
    void accept(byte[] piece, long totalBytes) throws IOException;
  }

  /** There is no such image. */
  final class NoSuchImageException extends IOException {
    private static final long serialVersionUID = 1L;

    public NoSuchImageException(String message) {
      super(message);
    }
  }

  /** A sink that could not take a piece: not the fault of the way there. */
  final class SinkException extends IOException {
    private static final long serialVersionUID = 1L;

    public SinkException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
