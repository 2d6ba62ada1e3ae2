package io.drover.agent.qemu.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one QEMU, which serves one client at a time. Commands may come from any thread;
 * events are handed to the listener on the reading thread, in QEMU's order and before the answer to
 * the command that caused them. The listener must not block.
 */
public final class QmpClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QmpClient.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** QEMU answers within milliseconds; a main loop stuck for longer is as good as dead. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  private static final long RETRY_NS = 5_000_000;

  private final Path socket;
  private final SocketChannel channel;
  private final Consumer<QmpEvent> events;
  private final ReentrantLock writing = new ReentrantLock();
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, Pending<?>> pending = new ConcurrentHashMap<>();
  private final CompletableFuture<String> version = new CompletableFuture<>();
  private final CompletableFuture<String> closed = new CompletableFuture<>();
  private volatile @Nullable String endReason;

  private record Pending<R>(QmpCommand<R> command, CompletableFuture<R> answer) {
    void complete(QmpParser.Message.Answer message) {
      answer.complete(command.answer().apply(message.returned()));
    }
  }

  private QmpClient(Path socket, SocketChannel channel, Consumer<QmpEvent> events) {
    this.socket = socket;
    this.channel = channel;
    this.events = events;
  }

  /**
   * Connects and waits for QEMU's greeting. QEMU may still be about to listen.
   *
   * @param alive whether waiting makes sense
   * @throws QmpException when nobody listens, or no greeting comes within {@code timeout}: another
   *     client is connected, or the process hangs
   */
  public static QmpClient connect(
      Path socket, Duration timeout, BooleanSupplier alive, Consumer<QmpEvent> events)
      throws QmpException {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    QmpClient client = new QmpClient(socket, open(socket, deadlineNs, alive), events);
    Thread.ofVirtual().name("qmp-" + socket.getFileName()).start(client::readAll);
    try {
      Duration left = Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime()));
      client.await(client.version, "greeting", left);
      client.execute(QmpCommand.capabilities());
      return client;
    } catch (QmpException e) {
      client.close();
      throw e;
    }
  }

  private static SocketChannel open(Path socket, long deadlineNs, BooleanSupplier alive)
      throws QmpException {
    while (true) {
      try {
        // With its address, so that a refused connection leaves no open channel behind.
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        // No file yet, or a file on which QEMU does not listen yet.
        if (!alive.getAsBoolean()) {
          throw new QmpException("QEMU ended before it listened at " + socket, e);
        }
        if (System.nanoTime() - deadlineNs > 0) {
          throw new QmpException("nobody listens at " + socket + ": " + e.getMessage(), e);
        }
        LockSupport.parkNanos(RETRY_NS);
      }
    }
  }

  /** QEMU's version, {@code 7.2.22}. */
  public String version() {
    return version.getNow("");
  }

  /** Completes with the reason when the connection has ended, by whichever side. */
  public CompletableFuture<String> closed() {
    return closed;
  }

  /** Sends a command; the future fails with {@link QmpException} when QEMU refuses or is gone. */
  public <R> CompletableFuture<R> send(QmpCommand<R> command) {
    long id = lastId.incrementAndGet();
    CompletableFuture<R> answer = new CompletableFuture<>();
    pending.put(id, new Pending<>(command, answer));
    var _ = answer.whenComplete((_, _) -> pending.remove(id));
    try {
      write(MAPPER.writeValueAsString(command.message(id)) + "\r\n");
    } catch (JsonProcessingException e) {
      answer.completeExceptionally(new QmpException("cannot write " + command.name(), e));
    } catch (IOException e) {
      answer.completeExceptionally(
          new QmpException(command.name() + ": connection to " + socket + " is closed", e));
    }
    String ended = endReason;
    if (ended != null) { // between our put and the reader's last sweep
      answer.completeExceptionally(new QmpException(command.name() + ": " + ended));
    }
    return answer;
  }

  /** Sends a command and waits for its answer. */
  public <R> R execute(QmpCommand<R> command) throws QmpException {
    return await(send(command), command.name(), ANSWER_TIMEOUT);
  }

  private void write(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    writing.lock();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } finally {
      writing.unlock();
    }
  }

  private <R> R await(CompletableFuture<R> future, String what, Duration timeout)
      throws QmpException {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new QmpException(
          cause == null ? what : String.valueOf(cause.getMessage()), cause == null ? e : cause);
    } catch (TimeoutException e) {
      future.cancel(false);
      throw new QmpException(
          "no %s from %s within %d ms".formatted(what, socket, timeout.toMillis()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QmpException("interrupted while waiting for " + what + " from " + socket, e);
    }
  }

  private void readAll() {
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    QmpParser parser = new QmpParser(MAPPER);
    String reason = socket + " was closed by QEMU";
    try {
      while (channel.read(buffer) >= 0) {
        parser.feed(buffer.flip(), this::handle);
        buffer.clear();
      }
    } catch (IOException | QmpException e) {
      reason = socket + ": " + e;
    } finally { // whatever it was: nobody may wait for an answer that is not read any more
      finish(reason);
    }
  }

  private void handle(QmpParser.Message message) {
    switch (message) {
      case QmpParser.Message.Greeting greeting -> version.complete(greeting.version());
      case QmpParser.Message.Event event -> events.accept(event.event());
      case QmpParser.Message.Answer answer -> {
        Pending<?> waiting = pending(answer.id());
        if (waiting != null) { // else nobody waits any more
          waiting.complete(answer);
        }
      }
      case QmpParser.Message.Refusal refusal -> {
        Pending<?> waiting = pending(refusal.id());
        if (waiting != null) {
          waiting
              .answer()
              .completeExceptionally(
                  new QmpException(waiting.command().name() + " refused: " + refusal.reason()));
        }
      }
    }
  }

  private @Nullable Pending<?> pending(long id) {
    return pending.get(id);
  }

  private void finish(String reason) {
    endReason = reason;
    version.completeExceptionally(new QmpException(reason));
    pending
        .values()
        .forEach(waiting ->
            waiting
                .answer()
                .completeExceptionally(new QmpException(waiting.command().name() + ": " + reason)));
    closeChannel();
    closed.complete(reason); // last, for whoever waits for it may take its time
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing {}: {}", socket, e.toString()); // nothing was buffered here
    }
  }

  /** Disconnects; QEMU goes on and waits for its next client. */
  @Override
  public void close() {
    closeChannel();
  }
}
