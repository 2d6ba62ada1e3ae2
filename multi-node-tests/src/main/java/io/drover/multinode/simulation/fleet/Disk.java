package io.drover.multinode.simulation.fleet;

import io.drover.agent.store.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The disks of simulated hosts: real files that nobody waits for. What a machine loses that loses
 * its power is what a store did not sync; the shipped one syncs each write.
 */
class Disk implements DurableFiles {
  @Override
  public void write(Path file, byte[] bytes) throws IOException {
    REAL.write(file, bytes);
  }

  @Override
  public void syncFile(Path file) {}

  @Override
  public void rename(Path from, Path to) throws IOException {
    REAL.rename(from, to);
  }

  @Override
  public void syncDirectory(Path directory) {}

  @Override
  public void append(FileChannel channel, long position, ByteBuffer bytes) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
