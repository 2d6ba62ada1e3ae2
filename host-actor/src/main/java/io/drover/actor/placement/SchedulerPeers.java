package io.drover.actor.placement;

import io.drover.actor.api.ArmingView;
import io.drover.config.units.AreaId;
import org.apache.pekko.actor.typed.ActorRef;

/** Whom a scheduler asks about its area. At most once; never blocks. */
public interface SchedulerPeers {
  /** Asks whether the area's lost hosts are fenced. */
  void askArming(AreaId area, ActorRef<ArmingView> replyTo);
}
