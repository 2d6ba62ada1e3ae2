package io.drover.agent.witness;

import io.drover.config.settings.BindAddress;
import io.grpc.InsecureChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;

/** How whoever asks a witness connects to it, host and control node alike. */
public final class WitnessConnection {
  /** After a cut, TCP's own patience would be longer than a lease. */
  private static final Duration UNACKNOWLEDGED_TIMEOUT = Duration.ofSeconds(2);

  private WitnessConnection() {}

  /**
   * Answers are taken on gRPC's thread.
   *
   * @param endpoint {@code host:port}
   * @param answerLimit of one question: a connection that takes longer is of no use to it
   * @throws io.drover.config.settings.SettingsException for an endpoint that is none
   */
  public static NettyChannelBuilder to(String endpoint, Duration answerLimit) {
    BindAddress address = BindAddress.parse(endpoint);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(
                address.host(), address.port(), InsecureChannelCredentials.create())
            .directExecutor()
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) answerLimit.toMillis());
    if (Epoll.isAvailable()) {
      builder.withOption(
          EpollChannelOption.TCP_USER_TIMEOUT, (int) UNACKNOWLEDGED_TIMEOUT.toMillis());
    }
    return builder;
  }
}
