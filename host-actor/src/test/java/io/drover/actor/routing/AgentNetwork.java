package io.drover.actor.routing;

import io.drover.config.units.MigrationId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What scripted agents say to each other: which target waits for which migration. */
final class AgentNetwork {
  private final Map<MigrationId, ScriptedAgent> targets = new ConcurrentHashMap<>();

  void expect(MigrationId migration, ScriptedAgent target) {
    targets.put(migration, target);
  }

  void forget(MigrationId migration) {
    targets.remove(migration);
  }

  /** All pages and the device state have arrived. */
  void arrived(MigrationId migration) {
    ScriptedAgent target = targets.get(migration);
    if (target != null) {
      target.received(migration);
    }
  }
}
