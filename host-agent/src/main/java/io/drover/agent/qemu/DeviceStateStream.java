package io.drover.agent.qemu;

import io.drover.config.units.Spans;
import io.drover.transfer.OpaqueChannel;
import io.drover.transfer.TransferException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries QEMU's migration stream between its Unix socket and the opaque lane, both ways at once:
 * the target answers on the same socket (return path), and the source has not finished before it
 * got that answer.
 *
 * <p>On the lane, source to target: {@code u32 magic, u32 console bytes, console, QEMU's stream}.
 * Target to source: QEMU's return path alone.
 */
final class DeviceStateStream {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceStateStream.class);
  private static final int MAGIC = 0x44525631; // "DRV1"
  private static final int CHUNK = 64 * 1024;

  private DeviceStateStream() {}

  /** QEMU's end of the stream, closed by whoever finds it broken or too slow. */
  static final class QemuEnd implements AutoCloseable {
    private final SocketChannel socket;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    QemuEnd(SocketChannel socket, Duration timeout) {
      this.socket = socket;
      var _ =
          done.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete((_, problem) -> {
                if (problem instanceof TimeoutException) {
                  LOG.warn("device state took longer than {}, giving up", timeout);
                }
                closeSocket();
              });
    }

    /** Bytes until QEMU closes, handed to the lane, whose end is then marked. */
    long copyTo(OpaqueChannel lane) throws IOException, TransferException {
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
      long bytes = 0;
      while (socket.read(chunk) >= 0) {
        bytes += chunk.flip().remaining();
        lane.write(chunk);
        chunk.clear();
      }
      lane.endOutput();
      return bytes;
    }

    /** The other direction, on a thread of its own that ends with the lane or the socket. */
    void feedFrom(OpaqueChannel lane, String threadName) {
      Thread.ofPlatform().daemon().name(threadName).start(() -> feed(lane));
    }

    private void feed(OpaqueChannel lane) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
      try {
        while (lane.read(chunk) >= 0) {
          chunk.flip();
          while (chunk.hasRemaining()) {
            socket.write(chunk);
          }
          chunk.clear();
        }
        if (socket.isOpen()) {
          socket.shutdownOutput();
        }
      } catch (IOException | TransferException e) {
        // The other direction meets the closed socket and reports; after the end this is normal.
        LOG.debug("device state stream ended: {}", e.toString());
        close();
      }
    }

    @Override
    public void close() {
      done.complete(true);
    }

    private void closeSocket() {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.debug("closing the device state socket: {}", e.toString());
      }
    }
  }

  /**
   * Waits on this side of a socket for QEMU, which is told to connect between listen and accept.
   */
  static ServerSocketChannel listen(Path path) throws IOException {
    Files.deleteIfExists(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
      server.configureBlocking(false);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  static QemuEnd accept(ServerSocketChannel server, Duration timeout) throws IOException {
    try (Selector selector = Selector.open()) {
      server.register(selector, SelectionKey.OP_ACCEPT);
      selector.select(timeout.toMillis());
      SocketChannel socket = server.accept();
      if (socket == null) {
        throw new IOException("QEMU did not connect within " + Spans.text(timeout));
      }
      socket.configureBlocking(true);
      return new QemuEnd(socket, timeout);
    }
  }

  static QemuEnd connect(Path path, Duration timeout) throws IOException {
    return new QemuEnd(SocketChannel.open(UnixDomainSocketAddress.of(path)), timeout);
  }

  /** What goes before QEMU's bytes. */
  static long writePreamble(byte[] console, OpaqueChannel lane) throws TransferException {
    ByteBuffer preamble = ByteBuffer.allocate(2 * Integer.BYTES + console.length);
    preamble.putInt(MAGIC).putInt(console.length).put(console).flip();
    long bytes = preamble.remaining();
    lane.write(preamble);
    return bytes;
  }

  /**
   * Reads what goes before QEMU's bytes.
   *
   * @param consoleLimit bytes a console can have
   * @return the source's console
   */
  static byte[] readPreamble(OpaqueChannel lane, int consoleLimit) throws TransferException {
    ByteBuffer header = readExactly(lane, 2 * Integer.BYTES);
    int magic = header.getInt();
    int length = header.getInt();
    if (magic != MAGIC) {
      throw new TransferException(
          "device state begins with %08x, expected %08x".formatted(magic, MAGIC));
    }
    if (length < Long.BYTES || length > consoleLimit) {
      throw new TransferException(
          "device state has a console of %d bytes, limit %d".formatted(length, consoleLimit));
    }
    return readExactly(lane, length).array();
  }

  private static ByteBuffer readExactly(OpaqueChannel lane, int length) throws TransferException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (lane.read(bytes) < 0) {
        throw new TransferException(
            "device state ended after %d of %d bytes".formatted(bytes.position(), length));
      }
    }
    return bytes.flip();
  }
}
