package io.drover.agent.session;

import io.drover.config.settings.BindAddress;
import io.drover.protocol.v1.FromAgent;
import io.drover.protocol.v1.ToAgent;
import java.util.function.Consumer;

/** A stream of messages to and from one gateway. Used by one thread. */
public interface ControlStream extends AutoCloseable {
  void send(FromAgent message);

  /** Whether what was sent has left; false means that the gateway reads too slowly. */
  boolean isReady();

  /** Ends the stream; the receiver may still be told something. */
  @Override
  void close();

  /** The way to gateways. */
  interface Opener {
    /**
     * Does not block; a gateway that cannot be reached is a loss.
     *
     * @param received told what comes, on any thread; must not block
     * @param lost told once, and why, when the stream is over
     */
    ControlStream open(BindAddress endpoint, Consumer<ToAgent> received, Consumer<String> lost);
  }
}
