package io.drover.actor.machine;

import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** Stands for everybody who asks an entity; knows at once that no answer was sent. */
public final class Answers {
  private static final String MARK = "mark";
  private final TestProbe<Object> probe;

  public Answers(ActorTestKit kit) {
    this.probe = kit.createTestProbe();
  }

  /** For {@code replyTo}. */
  public <T> ActorRef<T> ref() {
    return probe.ref().narrow();
  }

  /** What was sent before now; empty = nothing. The entity must have handled its command. */
  public Optional<Object> take() {
    probe.ref().tell(MARK);
    Object first = probe.receiveMessage();
    if (first.equals(MARK)) {
      return Optional.empty();
    }
    Object next = probe.receiveMessage();
    while (!next.equals(MARK)) {
      next = probe.receiveMessage();
    }
    return Optional.of(first);
  }
}
