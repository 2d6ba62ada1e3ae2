package io.drover.node.wiring;

import io.drover.actor.Routes;
import io.drover.actor.area.Area;
import io.drover.actor.host.Host;
import io.drover.config.settings.NodeSettings;
import io.drover.config.units.HostId;
import io.drover.node.wiring.Readiness.Condition;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does for its area once it is a member: defines it, or checks that it is defined so,
 * and wakes its hosts, which wake their VMs. Each step is tried until it is answered.
 */
public final class AreaStart {
  private static final Logger LOG = LoggerFactory.getLogger(AreaStart.class);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Hosts woken at once; each reads its journal. */
  private static final int WAKE_BATCH = 100;

  private static final Duration WAKE_INTERVAL = Duration.ofMillis(200);

  private final ActorSystem<?> system;
  private final Routes routes;
  private final NodeSettings node;
  private final Readiness readiness;

  public AreaStart(ActorSystem<?> system, Routes routes, NodeSettings node, Readiness readiness) {
    this.system = system;
    this.routes = routes;
    this.node = node;
    this.readiness = readiness;
  }

  /** Returns at once. */
  public void begin() {
    routes
        .<Area.Command, Area.Reply>ask(
            Area.TYPE_KEY,
            node.area().name(),
            replyTo -> new Area.Command.Ensure(node.cells(), replyTo))
        .whenComplete((reply, failure) -> {
          if (failure == null) {
            answered(reply);
          } else {
            later(RETRY, this::begin);
          }
        });
  }

  private void answered(Area.Reply reply) {
    switch (reply) {
      case Area.Reply.Shown r -> {
        readiness.met(Condition.AREA);
        wake(r.hosts());
      }
      case Area.Reply.Refused r -> {
        LOG.error("area cannot be served: {} (drover.node.cells)", r.refusal().detail());
        readiness.unmet(Condition.AREA, r.refusal().detail());
      }
      case Area.Reply.HostIs r -> throw new IllegalStateException("not asked: " + r);
    }
  }

  private void wake(List<HostId> hosts) {
    List<HostId> now = hosts.subList(0, Math.min(WAKE_BATCH, hosts.size()));
    now.forEach(host -> routes.tell(Host.TYPE_KEY, host.text(), new Host.Command.SendOffer()));
    if (now.size() < hosts.size()) {
      later(WAKE_INTERVAL, () -> wake(hosts.subList(now.size(), hosts.size())));
    }
  }

  private void later(Duration delay, Runnable work) {
    system.scheduler().scheduleOnce(delay, work, system.executionContext());
  }
}
