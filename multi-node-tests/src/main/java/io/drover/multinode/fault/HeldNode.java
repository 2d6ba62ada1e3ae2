package io.drover.multinode.fault;

import io.drover.config.settings.SettingsFile;
import io.drover.node.ControlNode;
import io.drover.node.wiring.FleetSettings;
import java.util.Optional;

/**
 * The shipped control node, which stops at the armed {@link HoldPoint} when one of its migrations
 * has entered that phase: the event is in the journal, nothing was done about it.
 */
public final class HeldNode {
  private HeldNode() {}

  public static void main(String[] args) {
    HoldPoint hold = HoldPoint.ofThisProcess();
    ControlNode node =
        ControlNode.start(
            FleetSettings.from(SettingsFile.load(Optional.empty())),
            (_, phase, _) -> hold.reached(phase.name()));
    Runtime.getRuntime().addShutdownHook(new Thread(node::close));
  }
}
