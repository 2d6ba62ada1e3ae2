package io.drover.actor.migration;

import io.drover.actor.CborSerializable;
import io.drover.actor.api.MigrationView;
import io.drover.actor.api.ViewFold;
import io.drover.actor.migration.Migration.Event;
import io.drover.actor.migration.MigrationState.Empty;
import io.drover.actor.migration.MigrationState.Known;
import io.drover.config.units.MigrationId;
import java.util.Optional;

/** A migration as its events tell it: without its latest rounds, and what it waits for. */
public final class MigrationFold implements ViewFold<Event, MigrationView> {
  @Override
  public CborSerializable empty() {
    return new Empty();
  }

  @Override
  public CborSerializable after(CborSerializable state, Event event) {
    return MigrationHistory.evolve((MigrationState) state, event);
  }

  @Override
  public Optional<MigrationView> view(String entityId, long version, CborSerializable state) {
    return switch ((MigrationState) state) {
      case Empty _ -> Optional.empty();
      case Known s ->
          Optional.of(
              MigrationViews.journaled(MigrationId.parse(entityId), version, s, Optional.empty()));
    };
  }
}
