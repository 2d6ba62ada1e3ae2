package io.drover.agent.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FramePortTest {
  @Test
  void shouldLetNoFrameLeaveWhileThePermitIsNotGiven() {
    FramePort port = new FramePort(() -> {});
    List<byte[]> left = new ArrayList<>();
    AtomicBoolean given = new AtomicBoolean(true);
    port.connect(left::add);
    port.heed(given::get);

    port.send(new byte[] {1});
    given.set(false);
    port.send(new byte[] {2});
    given.set(true);
    port.send(new byte[] {3});

    assertThat(left).containsExactly(new byte[] {1}, new byte[] {3});
  }
}
