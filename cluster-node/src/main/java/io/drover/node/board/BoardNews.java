package io.drover.node.board;

import io.drover.actor.CborSerializable;
import io.drover.actor.area.Management;
import io.drover.actor.area.NodeReport;

/** What is told to every board. */
public sealed interface BoardNews extends CborSerializable {
  record OfNode(NodeReport report) implements BoardNews {}

  record OfArea(Management management) implements BoardNews {}
}
