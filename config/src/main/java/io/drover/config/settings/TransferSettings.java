package io.drover.config.settings;

import com.typesafe.config.Config;
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
 * @param idlePark longest sleep of the threads that carry transfers while none does
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
  private static final Section SECTION = new Section("drover.transfer");
  private static final String AUTO = "auto";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final int TRANSFERS_LIMIT = 256;
  private static final int UNACKED_LIMIT = 65_536;

  public TransferSettings {
    SECTION.requireBetween("inbound-limit", 1, TRANSFERS_LIMIT, inboundLimit);
    SECTION.requireBetween("outbound-limit", 1, TRANSFERS_LIMIT, outboundLimit);
    SECTION.requirePositive("connect-timeout", connectTimeout);
    SECTION.requirePositive("keepalive-interval", keepaliveInterval);
    SECTION.require(
        peerLiveness.compareTo(keepaliveInterval) > 0,
        "peer-liveness",
        "longer than keepalive-interval (" + keepaliveInterval + ")",
        peerLiveness);
    SECTION.requirePositive("close-linger", closeLinger);
    SECTION.requirePositive("active-park", activePark);
    SECTION.require(
        idlePark.compareTo(activePark) >= 0, "idle-park", "at least active-park", idlePark);
    SECTION.requireBetween("unacked-batches", 1, UNACKED_LIMIT, unackedBatches);
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
    // A control frame of 1,280 bytes and Aeron's own header are one datagram.
    private static final int MTU_MIN = 1_312;
    private static final int MTU_MAX = 65_504;
    private static final int FRAME_ALIGNMENT = 32;
    // An eighth of it is the longest frame, and a batch has almost 64 KiB.
    private static final long TERM_MIN = 512 * 1024;
    private static final long TERM_MAX = 1L << 30;

    public PageChannel {
      SECTION.require(
          mtu >= MTU_MIN && mtu <= MTU_MAX && mtu % FRAME_ALIGNMENT == 0,
          "profiles.*.mtu",
          "a multiple of 32 from 1312 to 65504",
          mtu);
      SECTION.require(
          Long.bitCount(termLength.bytes()) == 1
              && termLength.bytes() >= TERM_MIN
              && termLength.bytes() <= TERM_MAX,
          "profiles.*.term-length",
          "a power of two from 512KiB to 1GiB",
          termLength);
      SECTION.require(
          receiveWindow.bytes() >= mtu && receiveWindow.bytes() <= termLength.bytes() / 2,
          "profiles.*.receive-window",
          "from one mtu to half a term-length",
          receiveWindow);
      SECTION.require(
          sendBuffer.bytes() >= mtu, "profiles.*.send-buffer", "at least one mtu", sendBuffer);
      SECTION.require(
          congestionControl.equals("static") || congestionControl.equals("cubic"),
          "profiles.*.congestion-control",
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
    return SECTION.read(root, TransferSettings::of);
  }

  private static TransferSettings of(Config transfer) {
    String profile = transfer.getString("profile");
    SECTION.require(
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
}
