package io.drover.multinode.simulation.engine;

import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import scala.Option;

/** Pekko's way to the {@link Database} for snapshots. Made by Pekko. */
public final class SnapshotPlugin extends AbstractActor {
  private final World world = World.of(getContext().getSystem());

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .match(SnapshotProtocol.LoadSnapshot.class, this::load)
        .match(SnapshotProtocol.SaveSnapshot.class, this::save)
        .match(
            SnapshotProtocol.DeleteSnapshots.class,
            c -> answer(getSender(), new DeleteSnapshotsSuccess(c.criteria())))
        .build();
  }

  private void load(SnapshotProtocol.LoadSnapshot request) {
    ActorRef reader = getSender();
    Option<SelectedSnapshot> found =
        world
            .database()
            .newestSnapshot(
                request.persistenceId(),
                Math.min(request.toSequenceNr(), request.criteria().maxSequenceNr()))
            .map(s ->
                Option.apply(
                    new SelectedSnapshot(
                        new SnapshotMetadata(request.persistenceId(), s.getKey(), 0L),
                        s.getValue())))
            .orElseGet(Option::empty);
    answer(reader, new SnapshotProtocol.LoadSnapshotResult(found, request.toSequenceNr()));
  }

  private void save(SnapshotProtocol.SaveSnapshot request) {
    SnapshotMetadata metadata = request.metadata();
    world.database().snapshot(metadata.persistenceId(), metadata.sequenceNr(), request.snapshot());
    answer(getSender(), new SaveSnapshotSuccess(metadata));
  }

  private void answer(ActorRef reader, Object message) {
    world.loop().after(world.database().latency(), () -> reader.tell(message, ActorRef.noSender()));
  }
}
