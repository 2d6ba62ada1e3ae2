package io.drover.node.journal;

import java.time.Duration;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/** Who is told how long the journal of one actor system takes. Any thread. */
public final class JournalTimes implements Extension {
  private static final Id ID = new Id();

  private volatile Observer observer = (_, _) -> {};

  /** Told of each write. Called on any thread; must not block. */
  @FunctionalInterface
  public interface Observer {
    /**
     * Events of one entity are in the journal, or are not.
     *
     * @param took with the wait in the plugin's queue
     */
    void wrote(Duration took, boolean durable);
  }

  /** Of a system. */
  public static JournalTimes of(ClassicActorSystemProvider system) {
    return ID.get(system.classicSystem());
  }

  public void tell(Observer next) {
    observer = next;
  }

  void wrote(Duration took, boolean durable) {
    observer.wrote(took, durable);
  }

  private static final class Id extends AbstractExtensionId<JournalTimes> {
    @Override
    public JournalTimes createExtension(ExtendedActorSystem system) {
      return new JournalTimes();
    }

    @Override
    public JournalTimes get(ActorSystem system) {
      return super.get(system);
    }
  }
}
