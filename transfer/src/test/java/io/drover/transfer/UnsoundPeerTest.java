package io.drover.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drover.transfer.page.PageTable;
import io.drover.transfer.wire.FrameLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a target does with a source that is broken, or none at all. */
class UnsoundPeerTest {
  private static final int PAGES = 16;

  @TempDir Path directory;
  private final Arena arena = Arena.ofShared();
  // The middle third is the guest's; what surrounds it must stay as it is.
  private final MemorySegment surroundings = TransferFixture.memory(arena, 3 * PAGES);
  private final MemorySegment memory =
      surroundings.asSlice(
          (long) PAGES * TransferFixture.PAGE, (long) PAGES * TransferFixture.PAGE);
  private TransferEngine target;
  private InboundTransfer in;
  private PageTable sent;

  @BeforeEach
  void launch() throws Exception {
    target = TransferFixture.engine(directory);
    in = target.receive("inbound", memory);
    sent = new PageTable(PAGES, in.ticket().token());
  }

  @AfterEach
  void close() {
    in.close();
    target.close();
    for (int page = 0; page < 3 * PAGES; page++) {
      if (page < PAGES || page >= 2 * PAGES) {
        long start = (long) page * TransferFixture.PAGE;
        assertThat(surroundings.get(ValueLayout.JAVA_LONG, start)).isZero();
      }
    }
    arena.close();
  }

  private FakeSource welcomed() {
    FakeSource fake = new FakeSource(directory, in.ticket(), in.ticket().token());
    fake.hello(PAGES);
    fake.awaitWelcome();
    fake.sendPages(fake.encodePage(3, (byte) 7, sent));
    return fake;
  }

  private void assertFailsOnBothSides(FakeSource fake, String reason) {
    assertThat(fake.awaitAbort()).contains(reason);
    assertThat(in.memoryComplete())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(TransferException.class)
        .withMessageContaining(reason);
  }

  @Test
  void shouldAcceptWhatIsSound() {
    assertAcceptsWhatIsSound();
  }

  private void assertAcceptsWhatIsSound() {
    try (FakeSource fake = welcomed()) {
      fake.sendPages(fake.encodeFinal(sent));
      assertThat(in.memoryComplete())
          .succeedsWithin(Duration.ofSeconds(5))
          .isEqualTo(sent.digest());
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 3L * TransferFixture.PAGE)).isEqualTo((byte) 7);
    }
  }

  @Test
  void shouldEndATransferWhoseBatchIsCorrupt() {
    try (FakeSource fake = welcomed()) {
      int length = fake.encodePage(4, (byte) 9, sent);
      fake.buffer.putByte(FrameLayout.HEADER_LENGTH, (byte) 5); // would write to page 5
      fake.sendPages(length);
      assertFailsOnBothSides(fake, "corrupt frame: CRC-32C");
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 4L * TransferFixture.PAGE)).isZero();
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 5L * TransferFixture.PAGE)).isZero();
    }
  }

  @Test
  void shouldEndATransferWhosePageIsCorrupt() {
    try (FakeSource fake = welcomed()) {
      int length = fake.encodePage(4, (byte) 9, sent);
      fake.buffer.putByte(2_000, (byte) 1);
      fake.sendPages(length);
      assertFailsOnBothSides(fake, "page 4 arrived corrupt");
    }
  }

  @Test
  void shouldEndATransferWhosePageIsOutsideOfMemory() {
    try (FakeSource fake = welcomed()) {
      fake.sendPages(fake.encodePage(PAGES, (byte) 9, sent));
      assertFailsOnBothSides(fake, "pages 16+1 are not within 16 pages");
    }
  }

  @Test
  void shouldEndATransferWithATruncatedBatch() {
    try (FakeSource fake = welcomed()) {
      fake.sendPages(fake.encodePage(4, (byte) 9, sent) - 100);
      assertFailsOnBothSides(fake, "frame says a body of 4112 bytes, 4012 came");
    }
  }

  @Test
  void shouldEndATransferOfAnotherVersion() {
    try (FakeSource fake = welcomed()) {
      int length = fake.encodePage(4, (byte) 9, sent);
      fake.buffer.putByte(0, (byte) 2);
      fake.sendPages(length);
      assertFailsOnBothSides(fake, "frame of version 2, this side speaks 1");
    }
  }

  @Test
  void shouldNoticeALostPage() {
    try (FakeSource fake = welcomed()) {
      int unused = fake.encodePage(5, (byte) 9, sent);
      fake.sequence--;
      fake.sendPages(fake.encodeFinal(sent));
      assertFailsOnBothSides(fake, "digest differs: source " + sent.digest() + ", target ");
      assertThat(unused).isPositive();
    }
  }

  @Test
  void shouldNoticeAMisplacedPage() {
    try (FakeSource fake = welcomed()) {
      fake.sendPages(fake.encodePage(6, (byte) 9, new PageTable(PAGES, 0)));
      PageTable meant = new PageTable(PAGES, in.ticket().token());
      meant.record(3, sent.hashOf(3));
      fake.encodePage(7, (byte) 9, meant);
      fake.sequence--;
      fake.sendPages(fake.encodeFinal(meant));
      assertFailsOnBothSides(fake, "digest differs: source " + meant.digest() + ", target ");
    }
  }

  @Test
  void shouldRefuseASourceWithoutTheTokenAndWaitForTheRightOne() {
    try (FakeSource stray = new FakeSource(directory, in.ticket(), in.ticket().token() + 1)) {
      stray.hello(PAGES);
      await().until(() -> !stray.isControlConnected());
    }
    assertAcceptsWhatIsSound();
  }

  @Test
  void shouldRefuseMemoryOfAnotherSize() {
    try (FakeSource fake = new FakeSource(directory, in.ticket(), in.ticket().token())) {
      fake.hello(PAGES + 1);
      assertFailsOnBothSides(fake, "the source has 17 pages, the target 16");
    }
  }
}
