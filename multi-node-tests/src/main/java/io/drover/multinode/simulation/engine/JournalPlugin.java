package io.drover.multinode.simulation.engine;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.PersistentEnvelope;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import scala.jdk.javaapi.CollectionConverters;

/** Pekko's way to the {@link Database} for events. Made by Pekko. */
public final class JournalPlugin extends AbstractActor {
  private final World world = World.of(getContext().getSystem());

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .match(JournalProtocol.WriteMessages.class, this::write)
        .match(JournalProtocol.ReplayMessages.class, this::replay)
        .build();
  }

  private boolean isCutOff(ActorRef entity) {
    return world
        .machineOf(entity)
        .filter(m -> world.network().isCut(m.name(), Database.PLACE))
        .isPresent();
  }

  private void write(JournalProtocol.WriteMessages request) {
    Database database = world.database();
    Loop loop = world.loop();
    ActorRef writer = request.persistentActor();
    List<PersistentRepr> rows = rows(request);
    if (isCutOff(writer)) {
      loop.after(Database.CALL_LIMIT, () -> failed(request, rows, "the database is cut off"));
      return;
    }
    Database.Fate fate = database.fate();
    loop.after(
        database.latency(),
        () -> {
          boolean written = fate != Database.Fate.FAILED && database.write(rows);
          loop.after(
              database.latency(),
              () -> {
                if (written && fate == Database.Fate.WRITTEN) {
                  succeeded(request, rows);
                } else {
                  failed(request, rows, written ? "no answer" : "not written");
                }
              });
        });
  }

  private static List<PersistentRepr> rows(JournalProtocol.WriteMessages request) {
    List<PersistentRepr> rows = new ArrayList<>();
    for (PersistentEnvelope envelope : CollectionConverters.asJava(request.messages())) {
      if (envelope instanceof AtomicWrite batch) {
        for (Object row : CollectionConverters.asJava(rowsOf(batch))) {
          PersistentRepr event = (PersistentRepr) row;
          rows.add(
              event.payload() instanceof Tagged tagged
                  ? event.withPayload(tagged.payload())
                  : event);
        }
      }
    }
    return rows;
  }

  private static scala.collection.immutable.Seq<?> rowsOf(AtomicWrite batch) {
    return (scala.collection.immutable.Seq<?>) ((Object) batch.payload());
  }

  private static void succeeded(JournalProtocol.WriteMessages request, List<PersistentRepr> rows) {
    ActorRef writer = request.persistentActor();
    writer.tell(JournalProtocol.WriteMessagesSuccessful$.MODULE$, ActorRef.noSender());
    for (PersistentRepr row : rows) {
      writer.tell(
          new JournalProtocol.WriteMessageSuccess(row, request.actorInstanceId()),
          ActorRef.noSender());
    }
  }

  private static void failed(
      JournalProtocol.WriteMessages request, List<PersistentRepr> rows, String reason) {
    ActorRef writer = request.persistentActor();
    DatabaseException cause = new DatabaseException(reason);
    writer.tell(
        new JournalProtocol.WriteMessagesFailed(cause, request.messages().size()),
        ActorRef.noSender());
    for (PersistentRepr row : rows) {
      writer.tell(
          new JournalProtocol.WriteMessageFailure(row, cause, request.actorInstanceId()),
          ActorRef.noSender());
    }
  }

  private void replay(JournalProtocol.ReplayMessages request) {
    Database database = world.database();
    ActorRef reader = request.persistentActor();
    boolean cutOff = isCutOff(reader);
    world
        .loop()
        .after(
            cutOff ? Database.CALL_LIMIT : database.latency(),
            () -> {
              if (cutOff || database.failsToRead()) {
                reader.tell(
                    new JournalProtocol.ReplayMessagesFailure(new DatabaseException("not read")),
                    ActorRef.noSender());
                return;
              }
              long highest = database.highest(request.persistenceId());
              for (PersistentRepr row :
                  database.read(
                      request.persistenceId(),
                      request.fromSequenceNr(),
                      Math.min(highest, request.toSequenceNr()))) {
                reader.tell(new JournalProtocol.ReplayedMessage(row), ActorRef.noSender());
              }
              reader.tell(new JournalProtocol.RecoverySuccess(highest), ActorRef.noSender());
            });
  }

  /** What an entity is told; without a stack, as there are many. */
  static final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DatabaseException(String message) {
      super(message, null, false, false);
    }
  }
}
