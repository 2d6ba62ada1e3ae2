package io.drover.agent.session;

import io.drover.agent.store.AgentStore;
import io.drover.agent.store.EndpointRecord;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.SettingsException;
import io.drover.config.units.Epoch;
import io.drover.protocol.v1.EndpointList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a control plane may be found: what it said itself, durably, before what was configured. */
final class EndpointBook {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointBook.class);

  private final AgentSettings settings;
  private final AgentStore store;

  EndpointBook(AgentSettings settings, AgentStore store) {
    this.settings = settings;
    this.store = store;
  }

  /** In the order to try; never empty. */
  List<BindAddress> toTry() {
    Set<BindAddress> all = new LinkedHashSet<>();
    store.agent().endpoints().endpoints().forEach(text -> all.add(BindAddress.parse(text)));
    all.addAll(settings.controlEndpoints());
    return List.copyOf(all);
  }

  /**
   * Takes a newer list over, on disk first, without what this agent may not connect to.
   *
   * @return whether it was newer
   */
  boolean adopt(EndpointList list) {
    EndpointRecord known = store.agent().endpoints();
    Epoch areaEpoch = new Epoch(list.getAreaEpoch());
    if (!new EndpointRecord(areaEpoch, list.getVersion(), List.of(), 0).isNewerThan(known)) {
      return false;
    }
    EndpointRecord told = record(list);
    store.save(store.agent().withEndpoints(told));
    LOG.atInfo()
        .addKeyValue("areaEpoch", told.areaEpoch())
        .addKeyValue("version", told.version())
        .addKeyValue("endpoints", told.endpoints())
        .addKeyValue("managing", told.managing())
        .log("endpoint list adopted");
    return true;
  }

  private EndpointRecord record(EndpointList list) {
    List<String> all = list.getEndpointsList();
    int managing = Math.min(list.getManaging(), all.size());
    List<String> usable = new ArrayList<>(usable(all.subList(0, managing)));
    int usableManaging = usable.size();
    usable.addAll(usable(all.subList(managing, all.size())));
    return new EndpointRecord(
        new Epoch(list.getAreaEpoch()), list.getVersion(), usable, usableManaging);
  }

  private List<String> usable(List<String> endpoints) {
    return endpoints.stream().filter(this::isUsable).toList();
  }

  /** Whether a session there is with the control plane that manages this host, as far as known. */
  boolean isManaging(BindAddress endpoint) {
    List<String> managing = store.agent().endpoints().managingEndpoints();
    return managing.isEmpty() || managing.contains(endpoint.toString());
  }

  private boolean isUsable(String text) {
    try {
      BindAddress endpoint = BindAddress.parse(text);
      boolean usable = settings.insecureBind() || endpoint.isLoopback();
      if (!usable) {
        LOG.atWarn()
            .addKeyValue("endpoint", text)
            .log("endpoint ignored: not loopback, and insecure-bind is off");
      }
      return usable;
    } catch (SettingsException e) {
      LOG.atWarn()
          .addKeyValue("endpoint", text)
          .addKeyValue("reason", e.getMessage())
          .log("endpoint ignored");
      return false;
    }
  }
}
