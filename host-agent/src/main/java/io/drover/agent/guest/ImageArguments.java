package io.drover.agent.guest;

import java.util.List;

/**
 * What a VM may set for an image's workload. The control plane is told, so that it refuses a VM
 * before it exists; the hypervisor checks again when it makes the guest.
 *
 * @param known those the image lists
 * @param others what a VM may set besides
 */
public record ImageArguments(List<Argument> known, Others others) {
  public ImageArguments {
    known = List.copyOf(known);
  }

  /** Without a list: every argument is one of the others. */
  public static ImageArguments any(Others others) {
    return new ImageArguments(List.of(), others);
  }

  /** Arguments that are not among the known. */
  public enum Others {
    NONE,
    WHOLE_NUMBERS,
    /** What can stand on a kernel command line. */
    WORDS
  }

  /**
   * One argument: a whole number, or one of named values.
   *
   * @param values empty for a number
   * @param defaultValue as a VM would write it
   * @param min smallest number, ignored for named values
   * @param max largest number, ignored for named values
   */
  public record Argument(
      String name,
      String description,
      List<String> values,
      String defaultValue,
      long min,
      long max) {
    public Argument {
      values = List.copyOf(values);
    }
  }
}
