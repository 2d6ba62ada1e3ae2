package io.drover.transfer.lane;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;

/**
 * The streams of this process's driver, as transfers need them. Safe to use from any thread.
 *
 * @param endpoint where this process receives, {@code host:port}
 * @param receiveChannel URI of it, the same for all subscriptions, so that they share one socket
 * @param pageParameters what follows the endpoint in the URI of a page publication
 * @param controlParameters the same for control publications
 * @param pageMtu bytes of a datagram of pages
 */
public record Streams(
    Aeron aeron,
    String endpoint,
    String receiveChannel,
    String pageParameters,
    String controlParameters,
    int pageMtu) {
  ExclusivePublication pagesTo(String peer, int streamId) {
    return aeron.addExclusivePublication(channel(peer) + pageParameters, streamId);
  }

  ExclusivePublication controlTo(String peer, int streamId) {
    return aeron.addExclusivePublication(channel(peer) + controlParameters, streamId);
  }

  Subscription receive(int streamId) {
    return aeron.addSubscription(receiveChannel, streamId);
  }

  private static String channel(String peer) {
    return "aeron:udp?endpoint=" + peer;
  }
}
