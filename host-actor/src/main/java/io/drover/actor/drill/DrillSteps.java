package io.drover.actor.drill;

import io.drover.actor.Routes;
import io.drover.actor.area.Area;
import io.drover.actor.operation.Operation;
import io.drover.config.units.AreaId;
import io.drover.config.units.OperationId;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What a drill says to others; all of it may be repeated. Never blocks. */
final class DrillSteps {
  private static final String REASON = "a drill";

  private final AreaId area;
  private final Routes routes;
  private final ActorRef<Area.Reply> fromArea;
  private final ActorRef<Operation.Subject> fromOperation;

  /**
   * Of one drill.
   *
   * @param fromArea where its answers arrive
   * @param fromOperation where theirs do
   */
  DrillSteps(
      AreaId area,
      Routes routes,
      ActorRef<Area.Reply> fromArea,
      ActorRef<Operation.Subject> fromOperation) {
    this.area = area;
    this.routes = routes;
    this.fromArea = fromArea;
    this.fromOperation = fromOperation;
  }

  void lookAtArea() {
    tell(new Area.Request.Get(fromArea));
  }

  void failOver(AreaId to) {
    tell(new Area.Request.FailOver(Optional.of(to), REASON, fromArea));
  }

  void failBack() {
    tell(new Area.Request.FailBack(REASON, fromArea));
  }

  private void tell(Area.Request request) {
    routes.tell(Area.TYPE_KEY, area.name(), request);
  }

  /** Opens an operation; its cell answers when that is in the journal. */
  void open(OperationId operation) {
    tell(operation, new Operation.Command.OpenDrill(area, fromOperation));
  }

  void find(OperationId operation) {
    tell(operation, new Operation.Command.Find(fromOperation));
  }

  private void tell(OperationId operation, Operation.Command command) {
    routes.tell(Operation.TYPE_KEY, operation.text(), command);
  }
}
