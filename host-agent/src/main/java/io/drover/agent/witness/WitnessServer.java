package io.drover.agent.witness;

import io.drover.agent.lease.WitnessBook;
import io.drover.agent.store.AgentStore;
import io.drover.config.settings.BindAddress;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Where an agent vouches for other hosts. */
public final class WitnessServer implements AutoCloseable {
  private static final int KEEPALIVE_S = 5;
  private static final int MESSAGE_LIMIT_BYTES = 4096;

  private final Server server;
  private final WitnessService service;
  private final BindAddress address;

  private WitnessServer(Server server, WitnessService service, BindAddress address) {
    this.server = server;
    this.service = service;
    this.address = address;
  }

  /**
   * Listens.
   *
   * @param store where revocations are kept; the caller closes it after the server
   * @throws IOException when the address cannot be bound
   */
  public static WitnessServer start(BindAddress wanted, AgentStore store) throws IOException {
    WitnessBook book = new WitnessBook(new StoredRevocations(store), System.nanoTime());
    WitnessService service = new WitnessService(book);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(wanted.host(), wanted.port()))
            .directExecutor()
            .keepAliveTime(KEEPALIVE_S, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_S, TimeUnit.SECONDS)
            .maxInboundMessageSize(MESSAGE_LIMIT_BYTES)
            .addService(service)
            .build();
    server.start();
    return new WitnessServer(server, service, new BindAddress(wanted.host(), server.getPort()));
  }

  /** Where it really listens. */
  public BindAddress address() {
    return address;
  }

  @Override
  public void close() {
    server.shutdownNow();
    service.close();
  }
}
