package io.drover.bench.simulated;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections to gateways, shared by many hosts: thousands of sessions need a few sockets only. Any
 * thread.
 */
public final class Gateways implements AutoCloseable {
  private static final int CHANNELS_PER_ENDPOINT = 32;
  private static final long END_LIMIT_S = 1;

  private final Map<String, Shared> endpoints = new ConcurrentHashMap<>();

  private record Shared(List<ManagedChannel> channels, AtomicInteger next) {
    ManagedChannel any() {
      return channels.get(Math.floorMod(next.getAndIncrement(), channels.size()));
    }
  }

  /** To {@code host:port}. */
  ManagedChannel channel(String endpoint) {
    return endpoints.computeIfAbsent(endpoint, Gateways::open).any();
  }

  private static Shared open(String endpoint) {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < CHANNELS_PER_ENDPOINT; i++) {
      channels.add(
          NettyChannelBuilder.forTarget("dns:///" + endpoint)
              .usePlaintext()
              .directExecutor()
              .build());
    }
    return new Shared(List.copyOf(channels), new AtomicInteger());
  }

  /** A connection that was refused is tried again at once: the hosts themselves wait. */
  void retry(String endpoint) {
    Shared shared = endpoints.get(endpoint);
    if (shared != null) {
      shared.channels().forEach(ManagedChannel::resetConnectBackoff);
    }
  }

  @Override
  public void close() {
    endpoints.values().forEach(shared -> shared.channels().forEach(ManagedChannel::shutdownNow));
    endpoints.values().forEach(shared -> shared.channels().forEach(Gateways::awaitEnd));
  }

  private static void awaitEnd(ManagedChannel channel) {
    try {
      var _ = channel.awaitTermination(END_LIMIT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
