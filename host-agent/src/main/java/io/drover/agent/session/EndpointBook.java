package io.drover.agent.session;

import io.drover.agent.store.AgentStore;
import io.drover.config.settings.AgentSettings;
import io.drover.config.settings.BindAddress;
import io.drover.config.settings.SettingsException;
import io.drover.protocol.v1.EndpointList;
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
    store.agent().endpoints().forEach(text -> all.add(BindAddress.parse(text)));
    all.addAll(settings.controlEndpoints());
    return List.copyOf(all);
  }

  /** Takes a newer list over, on disk first, without what this agent may not connect to. */
  void adopt(EndpointList list) {
    if (list.getVersion() <= store.agent().endpointListVersion()) {
      return;
    }
    List<String> usable = list.getEndpointsList().stream().filter(this::isUsable).toList();
    store.save(store.agent().withEndpoints(list.getVersion(), usable));
    LOG.atInfo()
        .addKeyValue("version", list.getVersion())
        .addKeyValue("endpoints", usable)
        .log("endpoint list adopted");
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
