package io.drover.transfer.driver;

import io.drover.config.settings.TransferSettings.PageChannel;
import io.drover.config.units.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel really gives: it cuts socket buffers to {@code net.core.rmem_max} without a word,
 * and Aeron refuses to start with a window larger than the buffer.
 *
 * @param receive bytes of the receive buffer, which is the window too
 * @param send bytes of the send buffer
 */
record SocketBuffers(int receive, int send) {
  private static final Logger LOG = LoggerFactory.getLogger(SocketBuffers.class);

  static SocketBuffers granted(PageChannel wanted) {
    try (DatagramChannel probe = DatagramChannel.open()) {
      return new SocketBuffers(
          granted(probe, StandardSocketOptions.SO_RCVBUF, wanted.receiveWindow(), "rmem_max"),
          granted(probe, StandardSocketOptions.SO_SNDBUF, wanted.sendBuffer(), "wmem_max"));
    } catch (IOException e) {
      throw new UncheckedIOException("no UDP socket can be opened", e);
    }
  }

  private static int granted(
      DatagramChannel probe, SocketOption<Integer> option, ByteSize wanted, String limit)
      throws IOException {
    int size = Math.toIntExact(wanted.bytes());
    probe.setOption(option, size);
    int granted = probe.getOption(option);
    if (granted >= size) {
      return size;
    }
    LOG.info(
        "the kernel gives {} of {} for transfers: raise net.core.{} to make them faster",
        new ByteSize(granted),
        wanted,
        limit);
    return granted;
  }
}
