package io.drover.transfer.wire;

/** What a frame is. 0 is none of them, so that a frame of zeros is refused. */
public final class FrameKind {
  /** Source, control: who it is and where it listens. */
  public static final int HELLO = 1;

  /** Target: from which batch to go on. */
  public static final int WELCOME = 2;

  /** Both, control: what has arrived here, and that this side lives. */
  public static final int STATUS = 3;

  /** Target: a batch is missing, connect anew. */
  public static final int REWIND = 4;

  /** Source, pages: runs of pages. */
  public static final int PAGES = 5;

  /** Source, pages: the guest is paused, the rest follows. */
  public static final int LAST_ROUND = 6;

  /** Source, pages: that was all, and this is its digest. */
  public static final int FINAL = 7;

  /** Target: all applied, and this is my digest. */
  public static final int READY = 8;

  /** Both, control: bytes of the opaque channel. */
  public static final int OPAQUE = 9;

  /** Both, control: where the opaque bytes of this direction end. */
  public static final int OPAQUE_END = 10;

  /** Both, control: over, and why. */
  public static final int ABORT = 11;

  private static final int LAST = ABORT;

  private FrameKind() {}

  static boolean isKnown(int kind) {
    return kind > 0 && kind <= LAST;
  }
}
