package io.drover.transfer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A network between two engines that can be cut and can lose datagrams, by a seed. */
final class UdpRelay implements AutoCloseable {
  private static final int BUFFER = 2 << 20;

  private final Selector selector = Selector.open();
  private final DatagramChannel front = open();
  private final InetSocketAddress target;
  private final Map<SocketAddress, DatagramChannel> backs = new HashMap<>();
  private final SplittableRandom random;
  private final Thread thread;
  private volatile boolean cut;
  private volatile double lossRate;
  private volatile long cutAfterBytes = Long.MAX_VALUE;
  private volatile long forwardedBytes;

  UdpRelay(String target, long seed) throws IOException {
    int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.random = new SplittableRandom(seed);
    front.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    front.register(selector, SelectionKey.OP_READ);
    this.thread = Thread.ofPlatform().daemon().name("udp-relay").start(this::run);
  }

  private static DatagramChannel open() throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
    channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
    channel.configureBlocking(false);
    return channel;
  }

  TransferTicket via(TransferTicket ticket) throws IOException {
    int port = ((InetSocketAddress) front.getLocalAddress()).getPort();
    return new TransferTicket("127.0.0.1:" + port, ticket.streamId(), ticket.token());
  }

  void cutAfter(long bytes) {
    cutAfterBytes = bytes;
  }

  boolean isCut() {
    return cut;
  }

  void cut() {
    cut = true;
  }

  void restore() {
    cutAfterBytes = Long.MAX_VALUE;
    cut = false;
  }

  void lose(double rate) {
    lossRate = rate;
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    try {
      while (selector.isOpen()) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          forward((DatagramChannel) key.channel(), key.attachment(), buffer);
        }
        selector.selectedKeys().clear();
      }
    } catch (ClosedSelectorException e) {
      // closed by close()
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void forward(DatagramChannel from, @Nullable Object attachment, ByteBuffer buffer)
      throws IOException {
    SocketAddress sender = receive(from, buffer);
    while (sender != null) {
      boolean lost = cut || (lossRate > 0 && random.nextDouble() < lossRate);
      if (!lost && attachment == null) {
        count(buffer.remaining());
        back(sender).write(buffer);
      } else if (!lost && attachment instanceof SocketAddress source) {
        front.send(buffer, source);
      }
      sender = receive(from, buffer);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void count(int bytes) {
    forwardedBytes += bytes;
    cut |= forwardedBytes > cutAfterBytes;
  }

  private static @Nullable SocketAddress receive(DatagramChannel channel, ByteBuffer buffer)
      throws IOException {
    try {
      SocketAddress sender = channel.receive(buffer.clear());
      buffer.flip();
      return sender;
    } catch (PortUnreachableException e) {
      return null;
    }
  }

  private DatagramChannel back(SocketAddress sender) throws IOException {
    DatagramChannel back = backs.get(sender);
    if (back == null) {
      back = open();
      back.connect(target);
      back.register(selector, SelectionKey.OP_READ, sender);
      backs.put(sender, back);
    }
    return back;
  }

  @Override
  public void close() throws IOException {
    selector.close();
    join();
    front.close();
    for (DatagramChannel back : backs.values()) {
      back.close();
    }
  }

  private void join() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
