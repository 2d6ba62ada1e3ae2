package io.drover.node.wiring;

import io.drover.actor.Routes;
import io.drover.actor.area.Area;
import io.drover.config.settings.NodeSettings;
import io.drover.node.wiring.Readiness.Condition;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does for its area once it is a member: defines it, or checks that it is defined so.
 * Tried until it is answered.
 */
public final class AreaStart {
  private static final Logger LOG = LoggerFactory.getLogger(AreaStart.class);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final ActorSystem<?> system;
  private final Routes routes;
  private final NodeSettings node;
  private final Readiness readiness;
  private volatile boolean isLate;

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
            replyTo -> new Area.Request.Ensure(node.cells(), node.backups(), replyTo))
        .whenComplete((reply, failure) -> {
          if (failure == null) {
            answered(reply);
          } else {
            later(failure);
          }
        });
  }

  private void answered(Area.Reply reply) {
    switch (reply) {
      case Area.Reply.Shown _ -> readiness.met(Condition.AREA);
      case Area.Reply.Refused r -> {
        LOG.error("area cannot be served: {} (drover.node.cells)", r.refusal().detail());
        readiness.unmet(Condition.AREA, r.refusal().detail());
      }
      case Area.Reply.HostIs r -> throw new IllegalStateException("not asked: " + r);
    }
  }

  private void later(Throwable failure) {
    String reason = "no answer: " + NodeStartException.rootMessage(failure);
    if (!isLate) {
      isLate = true; // one line, however long it takes
      LOG.atWarn()
          .addKeyValue("area", node.area())
          .addKeyValue("reason", reason)
          .log("area asked again");
    }
    readiness.unmet(Condition.AREA, reason);
    system.scheduler().scheduleOnce(RETRY, this::begin, system.executionContext());
  }
}
