package io.drover.multinode.network;

import java.util.ArrayList;
import java.util.List;

/**
 * Where one process runs.
 *
 * @param name of the process
 * @param area of its switch
 * @param address that it binds to and that others reach it by
 * @param prefix of its command line: brings it there
 */
public record Place(String name, String area, String address, List<String> prefix) {
  public Place {
    prefix = List.copyOf(prefix);
  }

  /** The command that runs another one here. */
  public List<String> command(List<String> command) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    return all;
  }
}
