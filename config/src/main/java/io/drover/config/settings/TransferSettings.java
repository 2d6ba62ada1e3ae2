package io.drover.config.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.drover.config.units.ByteSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How memory goes from host to host.
 *
 * @param directory under which each process makes its own directory for the stream buffers
 * @param pages the channel of page lanes, from the chosen profile
 * @param inboundLimit transfers received at a time
 * @param outboundLimit transfers sent at a time
 * @param connectTimeout how long a target may take to answer the first time
 * @param peerLiveness silence after which a stream counts as broken
 * @param keepaliveInterval how often a side says that it is there when it has nothing to say
 * @param closeLinger how long a close may take to deliver what was still to be said
 * @param activePark longest sleep of a data thread while a transfer exists
 * @param idlePark longest sleep of a data thread while none does
 * @param rescanLimit a target with at most this much content reads all of it again at the end
 * @param unackedBatches batches sent and not yet applied by the target, at most
 */
public record TransferSettings(
    Path directory,
    PageChannel pages,
    int inboundLimit,
    int outboundLimit,
    Duration connectTimeout,
    Duration peerLiveness,
    Duration keepaliveInterval,
    Duration closeLinger,
    Duration activePark,
    Duration idlePark,
    ByteSize rescanLimit,
    int unackedBatches) {
  private static final String SECTION = "drover.transfer";
  private static final String AUTO = "auto";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final int TRANSFERS_LIMIT = 256;
  private static final int UNACKED_LIMIT = 65_536;

  public TransferSettings {
    requireTransfers("inbound-limit", inboundLimit);
    requireTransfers("outbound-limit", outboundLimit);
    requireAbove("connect-timeout", connectTimeout, Duration.ZERO);
    requireAbove("keepalive-interval", keepaliveInterval, Duration.ZERO);
    requireAbove("peer-liveness", peerLiveness, keepaliveInterval);
    requireAbove("close-linger", closeLinger, Duration.ZERO);
    requireAbove("active-park", activePark, Duration.ZERO);
    require(idlePark.compareTo(activePark) >= 0, "idle-park", "at least active-park", idlePark);
    require(
        unackedBatches >= 1 && unackedBatches <= UNACKED_LIMIT,
        "unacked-batches",
        "1.." + UNACKED_LIMIT,
        unackedBatches);
  }

  /**
   * What Aeron is told about a stream of pages.
   *
   * @param mtu bytes of one datagram, headers of UDP and IP not counted; a multiple of 32
   * @param termLength of each of the three buffers of a stream; a power of two
   * @param receiveWindow bytes in flight, and the socket's receive buffer
   * @param sendBuffer the socket's send buffer
   * @param congestionControl {@code static} or {@code cubic}
   */
  public record PageChannel(
      int mtu,
      ByteSize termLength,
      ByteSize receiveWindow,
      ByteSize sendBuffer,
      String congestionControl) {
    private static final int MTU_MIN = 512;
    private static final int MTU_MAX = 65_504;
    private static final int FRAME_ALIGNMENT = 32;
    private static final long TERM_MIN = 64 * 1024;
    private static final long TERM_MAX = 1L << 30;

    public PageChannel {
      require(
          mtu >= MTU_MIN && mtu <= MTU_MAX && mtu % FRAME_ALIGNMENT == 0,
          "mtu",
          "a multiple of 32 from 512 to 65504",
          mtu);
      require(
          Long.bitCount(termLength.bytes()) == 1
              && termLength.bytes() >= TERM_MIN
              && termLength.bytes() <= TERM_MAX,
          "term-length",
          "a power of two from 64KiB to 1GiB",
          termLength);
      require(
          receiveWindow.bytes() >= mtu && receiveWindow.bytes() <= termLength.bytes() / 2,
          "receive-window",
          "from one mtu to half a term-length",
          receiveWindow);
      require(sendBuffer.bytes() >= mtu, "send-buffer", "at least one mtu", sendBuffer);
      require(
          congestionControl.equals("static") || congestionControl.equals("cubic"),
          "congestion-control",
          "static or cubic",
          congestionControl);
    }

    private static PageChannel from(Config profile) {
      return new PageChannel(
          profile.getInt("mtu"),
          size(profile, "term-length"),
          size(profile, "receive-window"),
          size(profile, "send-buffer"),
          profile.getString("congestion-control"));
    }
  }

  /**
   * Reads {@code drover.transfer} of a configuration from {@link SettingsFile}.
   *
   * @throws SettingsException naming the key
   */
  public static TransferSettings from(Config root) {
    try {
      Config transfer = root.getConfig(SECTION);
      String profile = transfer.getString("profile");
      require(
          transfer.getConfig("profiles").hasPath(profile),
          "profile",
          "one of " + transfer.getObject("profiles").keySet(),
          profile);
      return new TransferSettings(
          directory(transfer.getString("directory")),
          PageChannel.from(transfer.getConfig("profiles").getConfig(profile)),
          transfer.getInt("inbound-limit"),
          transfer.getInt("outbound-limit"),
          transfer.getDuration("connect-timeout"),
          transfer.getDuration("peer-liveness"),
          transfer.getDuration("keepalive-interval"),
          transfer.getDuration("close-linger"),
          transfer.getDuration("active-park"),
          transfer.getDuration("idle-park"),
          size(transfer, "rescan-limit"),
          transfer.getInt("unacked-batches"));
    } catch (ConfigException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Path directory(String configured) {
    if (!AUTO.equals(configured)) {
      return Path.of(configured);
    }
    return Files.isWritable(SHARED_MEMORY)
        ? SHARED_MEMORY
        : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static ByteSize size(Config section, String key) {
    return new ByteSize(section.getMemorySize(key).toBytes());
  }

  private static void requireTransfers(String key, int limit) {
    require(limit >= 1 && limit <= TRANSFERS_LIMIT, key, "1.." + TRANSFERS_LIMIT, limit);
  }

  private static void requireAbove(String key, Duration value, Duration bound) {
    require(value.compareTo(bound) > 0, key, "above " + bound, value);
  }

  private static void require(boolean holds, String key, String form, Object value) {
    if (!holds) {
      throw new SettingsException("%s.%s must be %s: %s".formatted(SECTION, key, form, value));
    }
  }
}
